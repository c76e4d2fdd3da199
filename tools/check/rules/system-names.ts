// Kernel, engines and runtime serve every system and know none by name.
import type { Finding, Rule } from '../rule.ts'
import { systemIds } from '../system-ids.ts'
import { systemFolders } from '../systems.ts'
import type { Tree } from '../tree.ts'

/** `kernel/sketches` tries the definition surface on real systems; nothing imports it. */
const layers = /^(?:kernel|engines|runtime)\/(?!sketches\/)/
const read = /\.(?:[cm]?[jt]s|[jt]sx|sql|md)$/

/** Ids that are also plain English in an infrastructure text: they count only where they stand as a name (quoted, or in a path or reference). */
const plainWords = new Set(['emergency', 'enforcement', 'environment', 'supervision'])

/** Words of one system's trade that have no other sense in software, each with the system it gives away. */
export const domainWords: readonly { readonly words: readonly string[]; readonly of: string }[] = [
  { words: ['vaccine', 'vaccination', '疫苗', '接种'], of: 'vaccine-trace' },
  { words: ['hospital', '医院'], of: 'public-health, health-insurance' },
  { words: ['typhoon', '台风'], of: 'emergency, smart-water' },
  { words: ['homestead', '宅基地'], of: 'rural-governance' },
  { words: ['kindergarten', '校园'], of: 'campus-security, education' },
  { words: ['建筑垃圾', '渣土'], of: 'construction-waste' },
]

export const systemNames: Rule = {
  id: 'system-names',
  title: 'kernel, engines and runtime name no system',
  run: (tree) => {
    const tests = [...namesOf(tree), ...tradeWords()]
    return [...tree].flatMap(([path, text]) => (layers.test(path) && read.test(path) ? judge(path, text, tests) : []))
  },
}

interface Test { readonly regex: RegExp; readonly why: string }

/** One finding a line is enough to mend it. */
function judge(path: string, text: string, tests: readonly Test[]): Finding[] {
  return text.split('\n').flatMap((content, at) => {
    for (const { regex, why } of tests) {
      const hit = regex.exec(content)
      if (hit) return [{ path, line: at + 1, message: `'${hit[0]}' ${why}; say what the code does for any system, or move it into the system` }]
    }
    return []
  })
}

function namesOf(tree: Tree): Test[] {
  const ids = new Set([...systemIds, ...systemFolders(tree)])
  return [...ids].map((id) => ({ regex: plainWords.has(id) ? asName(id) : asWord(id), why: `is the id of a system` }))
}

function tradeWords(): Test[] {
  return domainWords.flatMap(({ words, of }) => words.map((word) => ({ regex: anyCase(word), why: `is a word of ${of}` })))
}

function asWord(id: string): RegExp {
  return new RegExp(`(?<![A-Za-z0-9_-])${id}(?![A-Za-z0-9_-])`, 'i')
}

function asName(id: string): RegExp {
  return new RegExp(`(['"\`])${id}(?:\\1|[./]\\w)|systems/${id}(?![\\w-])`)
}

/** The word in prose, in camelCase, in PascalCase or in capitals, singular or plural. */
function anyCase(word: string): RegExp {
  if (!/^[a-z]+$/.test(word)) return new RegExp(word)
  const capital = word[0]?.toUpperCase() + word.slice(1)
  return new RegExp(`(?<![A-Za-z])${word}s?(?![a-z])|${capital}s?(?![a-z])|(?<![A-Z])${word.toUpperCase()}S?(?![A-Z])`)
}
