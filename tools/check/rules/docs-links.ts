// A link in the documentation leads somewhere.
import { posix } from 'node:path'
import type { Finding, Rule } from '../rule.ts'
import { exists } from '../tree.ts'
import type { Tree } from '../tree.ts'

export const docsLinks: Rule = {
  id: 'docs-links',
  title: 'relative links in Markdown exist',
  run: (tree) => [...tree].flatMap(([path, text]) => (path.endsWith('.md') ? judge(tree, path, text) : [])),
}

function judge(tree: Tree, path: string, text: string): Finding[] {
  const findings: Finding[] = []
  for (const { target, line } of linksOf(text)) {
    const file = decoded(target.replace(/[?#].*$/, ''))
    if (file === '' || isAbsolute(target)) continue
    const to = posix.join(posix.dirname(path), file)
    if (to.startsWith('../')) findings.push({ path, line, message: `link '${target}' leaves the repository; link a file of it, or a public address` })
    else if (!exists(tree, to)) findings.push({ path, line, message: `link '${target}' leads to ${to}, which does not exist; correct or remove it` })
  }
  return findings
}

/** Inline links, images and reference definitions, outside code. */
function linksOf(markdown: string): { target: string; line: number }[] {
  const links: { target: string; line: number }[] = []
  let fence: string | undefined
  markdown.split('\n').forEach((raw, at) => {
    const mark = /^\s*(?:>\s*)*(`{3,}|~{3,})/.exec(raw)?.[1]
    if (mark !== undefined && fence === undefined) fence = mark
    else if (mark !== undefined && fence !== undefined && mark[0] === fence[0] && mark.length >= fence.length) fence = undefined
    if (fence !== undefined || mark !== undefined) return
    const prose = raw.replace(/(`+)(?:(?!\1).)*\1/g, '')
    const inline = prose.matchAll(/\]\(\s*(?:<([^>]*)>|([^()\s]*(?:\([^()\s]*\)[^()\s]*)*))(?:\s+["'(][^)]*)?\s*\)/g)
    for (const match of inline) links.push({ target: match[1] ?? match[2] ?? '', line: at + 1 })
    const defined = /^\s{0,3}\[[^\]^][^\]]*\]:\s*(?:<([^>]*)>|(\S+))/.exec(prose)
    if (defined) links.push({ target: defined[1] ?? defined[2] ?? '', line: at + 1 })
  })
  return links
}

/** An address with a scheme, of another host, or of the running server. */
function isAbsolute(target: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('/')
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target)
  } catch {
    return target
  }
}
