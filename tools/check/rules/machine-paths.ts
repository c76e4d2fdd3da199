// What is committed works on every machine: no developer's folders, no package registry of one network.
import type { Finding, Rule } from '../rule.ts'

interface Trace { readonly regex: RegExp; readonly what: string; readonly only?: RegExp }

// A folder counts where a path can begin: after a blank, a quote, a bracket, an equals sign; never inside a URL or a longer path.
const traces: readonly Trace[] = [
  { regex: /(?<![\w.$~}/@-])\/(?:work|root)\/[\w.]/, what: 'a folder of one machine' },
  { regex: /(?<![\w.$~}/@-])\/(?:home|Users)\/[\w.-]+\//, what: "a user's home folder" },
  { regex: /(?<!\w)[A-Za-z]:\\+Users\\+\w/, what: "a user's home folder" },
  { regex: /registry\.(?:npmjs|yarnpkg|npmmirror)\.\w+|npm\.pkg\.github\.com|registry\.npm\.taobao\.org/, what: 'the host of a package registry' },
  { regex: /^\s*"resolved":\s*"https?:/, what: 'a package address; install with omit-lockfile-registry-resolved=true', only: /(^|\/)package-lock\.json$/ },
  { regex: /^\s*(?:@[\w-]+:)?registry\s*=|_auth(?:Token)?\s*=/, what: 'a package registry or its credentials', only: /(^|\/)\.npmrc$/ },
]

export const machinePaths: Rule = {
  id: 'machine-paths',
  title: 'no path of one machine, no registry host',
  run: (tree) => [...tree].flatMap(([path, text]) => judge(path, text)),
}

function judge(path: string, text: string): Finding[] {
  const relevant = traces.filter((trace) => (trace.only?.test(path) ?? true) && new RegExp(trace.regex.source, 'm').test(text))
  if (relevant.length === 0) return []
  return text.split('\n').flatMap((content, at) => relevant.flatMap(({ regex, what }) => {
    const hit = regex.exec(content)
    return hit ? [{ path, line: at + 1, message: `'${hit[0].trim()}' is ${what}; use a path relative to the repository, an environment variable or a setting of the machine` }] : []
  }))
}
