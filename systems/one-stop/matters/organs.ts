/**
 * Organs of the demonstration city. Synthetic codes that pass both checks: a deployment names its own organs in the
 * matters it authors.
 */
import { composeUscc } from '../../../kernel/codes/uscc.ts'

/** 市民政局 (synthetic). */
export const civilAffairs = composeUscc({ registrar: '1', category: '1', region: '330200', organBody: '00290001' })
