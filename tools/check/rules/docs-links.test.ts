import { describe, expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'
import { docsLinks } from './docs-links.ts'

const at = (markdown: string) => findingsOf(docsLinks, { 'docs/a.md': markdown, 'docs/b (1).md': '', 'README.md': '', 'docs/pictures/x.png': '' })

describe('docs-links', () => {
  test.each([
    '[a](../README.md)', '[a](../README.md#part "title")', '![x](pictures/x.png)', '[folder](pictures/)', '[web](https://example.org/x.md)', '[here](#part)',
    '[mail](mailto:a@example.org)', '[page](/docs)', '[b](<b (1).md>)', '[b](b%20(1).md)', '[a][ref]\n\n[ref]: ../README.md', '`[a](gone.md)`', '```\n[a](gone.md)\n```', '[^1]: note.md is gone',
  ])('passes: %s', async (markdown) => {
    expect(await at(markdown)).toEqual([])
  })

  test.each([
    ['[a](gone.md)', 'docs/gone.md'], ['![x](../x.png)', 'x.png'], ['[![x](pictures/x.png)](gone/)', 'docs/gone'], ['[r]: gone.md', 'docs/gone.md'], ['```\ncode\n```\n[a](gone.md#part)', 'docs/gone.md'],
  ])('a dead link is found: %s', async (markdown, leadsTo) => {
    expect(await at(markdown)).toEqual([expect.stringContaining(`leads to ${leadsTo}`)])
  })

  test('a link out of the repository is found', async () => {
    expect(await at('\n[a](../../elsewhere/x.md)')).toEqual([expect.stringMatching(/^docs\/a\.md:2 .*leaves the repository/)])
  })
})
