// A file is read in one sitting: 400 lines, 600 with a stated reason, never more.
import type { Finding, Rule } from '../rule.ts'
import { isGenerated } from '../source.ts'
import { lineCount } from '../tree.ts'

const asks = 400
const never = 600
/** Written by hand and read by people; data (json, yaml, csv, dmn …) and prose are no code. */
const counted = /\.(?:[cm]?[jt]s|[jt]sx|css|html|sql|sh)$/
const reason = /(?:\/\/|#|--|\/\*|<!--)\s*size: \S+/

export const fileSize: Rule = {
  id: 'file-size',
  title: `no file over ${asks} lines without a reason, none over ${never}`,
  run: (tree) => [...tree].flatMap(([path, text]) => (counted.test(path) && !isData(path) ? judge(path, text) : [])),
}

function judge(path: string, text: string): Finding[] {
  const lines = lineCount(text)
  if (lines > never) return [{ path, message: `${lines} lines, over ${never}; split it by what its parts do` }]
  if (lines <= asks || text.split('\n', 10).some((line) => reason.test(line))) return []
  return [{ path, message: `${lines} lines, over ${asks}; split it, or say why in one of its first 10 lines: // size: <reason>` }]
}

function isData(path: string): boolean {
  return isGenerated(path) || path.includes('/fixtures/')
}
