/** Text shown to people, in both languages of the platform. Chinese leads. */
export interface Text {
  readonly zh: string
  readonly en: string
}

export function text(zh: string, en: string): Text {
  return { zh, en }
}

export type Language = keyof Text
