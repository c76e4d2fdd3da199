/** Which of the platform's two languages a caller reads (RFC 9110, 12.5.4). */
import type { Language, Text } from '../kernel/text.ts'

/** English where it is preferred to Chinese; Chinese otherwise. */
export function languageOf(acceptLanguage: string | undefined): Language {
  return weightOf('en', acceptLanguage) > weightOf('zh', acceptLanguage) ? 'en' : 'zh'
}

export function inLanguage(text: Text | string, language: Language): string {
  return typeof text === 'string' ? text : text[language]
}

function weightOf(language: Language, header = ''): number {
  const weights = header.toLowerCase().split(',').flatMap(range => {
    const [tag = '', ...parameters] = range.trim().split(';')
    if (tag.split('-')[0] !== language) return []
    const given = parameters.map(one => /^\s*q=(.*)$/.exec(one)?.[1]).find(one => one !== undefined) ?? '1'
    return /^[01](\.\d{0,3})?$/.test(given) ? [Number(given)] : []
  })
  return Math.max(0, ...weights)
}
