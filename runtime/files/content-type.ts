/** What a file is, by its bytes and not by what it is called; found while it streams through. */
import { zipEntryNames, ZIP_TAIL_BYTES } from './zip-names.ts'

/** Types the platform knows by their bytes; text comes with its encoding. */
export const KNOWN_TYPES = [
  'application/pdf', 'image/jpeg', 'image/png', 'image/webp', 'image/heic', 'application/zip',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'text/plain', 'text/csv',
] as const

/** Found, or known not to be any of these, or not to be told yet. */
export type Finding = { readonly type: string } | 'unknown' | 'open'

export interface Detector {
  add(chunk: Uint8Array): Finding
  /** When all has been added; never `open`. */
  end(): Finding
}

const HEAD_BYTES = 512

export function detectType(): Detector {
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  let total = 0
  let kind: 'unread' | 'zip' | 'text' | { readonly type: string } | 'unknown' = 'unread'
  const text = textCheck()

  const read = () => {
    const signature = signatureOf(head)
    kind = signature === 'zip' ? 'zip' : signature !== undefined ? { type: signature } : 'text'
    if (kind === 'text') checkText(head)
  }
  const checkText = (chunk: Uint8Array) => { if (!text.add(chunk)) kind = 'unknown' }

  return {
    add(chunk) {
      total += chunk.length
      if (kind === 'unread') {
        head = Buffer.concat([head, chunk])
        tail = head
        if (head.length >= HEAD_BYTES) read()
      } else if (kind === 'zip') {
        tail = Buffer.concat([tail, chunk])
        if (tail.length > 2 * ZIP_TAIL_BYTES) tail = tail.subarray(tail.length - ZIP_TAIL_BYTES)
      } else if (kind === 'text') {
        checkText(chunk)
      }
      return kind === 'unknown' || typeof kind === 'object' ? kind : 'open'
    },
    end() {
      if (kind === 'unread') read()
      if (kind === 'zip') return zipType(tail, total)
      if (kind !== 'text') return kind === 'unread' ? 'unknown' : kind
      const charset = text.end()
      return charset === null ? 'unknown' : { type: `text/plain; charset=${charset}` }
    },
  }
}

/** Whether a file declared as one type may be what was found; `application/octet-stream` declares nothing. */
export function fits(declared: string, found: string): boolean {
  const claim = essence(declared)
  return claim === '' || claim === 'application/octet-stream' || claim === essence(found) || (claim === 'text/csv' && essence(found) === 'text/plain')
}

/** What to keep: the finding, but a comma-separated text stays one. */
export function keptType(declared: string, found: string): string {
  return essence(declared) === 'text/csv' ? found.replace('text/plain', 'text/csv') : found
}

const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg', 'image/pjpeg': 'image/jpeg', 'image/heif': 'image/heic', 'application/x-pdf': 'application/pdf', 'application/x-zip-compressed': 'application/zip', 'application/csv': 'text/csv',
}

/** Type and subtype alone, in lower case, under the registered name. */
export function essence(type: string): string {
  const bare = type.split(';', 1)[0]!.trim().toLowerCase()
  return ALIASES[bare] ?? bare
}

function signatureOf(head: Buffer): string | undefined {
  const begins = (hex: string, at = 0) => head.subarray(at, at + hex.length / 2).equals(Buffer.from(hex, 'hex'))
  if (head.subarray(0, 5).toString('latin1') === '%PDF-') return 'application/pdf'
  if (begins('ffd8ff')) return 'image/jpeg'
  if (begins('89504e470d0a1a0a')) return 'image/png'
  if (begins('52494646') && head.subarray(8, 12).toString('latin1') === 'WEBP') return 'image/webp'
  if (begins('504b0304') || begins('504b0506')) return 'zip'
  return isHeic(head) ? 'image/heic' : undefined
}

const HEVC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx']

/** ISO/IEC 23008-12: the major brand, or for a general image file one of the compatible brands, names HEVC. */
function isHeic(head: Buffer): boolean {
  if (head.length < 16 || head.subarray(4, 8).toString('latin1') !== 'ftyp') return false
  const box = head.subarray(0, Math.min(head.readUInt32BE(0), head.length))
  const brandAt = (at: number) => box.subarray(at, at + 4).toString('latin1')
  if (HEVC_BRANDS.includes(brandAt(8))) return true
  if (brandAt(8) !== 'mif1' && brandAt(8) !== 'msf1') return false
  for (let at = 16; at + 4 <= box.length; at += 4) if (HEVC_BRANDS.includes(brandAt(at))) return true
  return false
}

/** ECMA-376: a package with a content-type list; its parts tell what it is. Macros make it something nobody accepts. */
function zipType(tail: Buffer, total: number): Finding {
  const names = zipEntryNames(tail, total)
  if (names === null) return 'unknown'
  if (!names.includes('[Content_Types].xml')) return { type: 'application/zip' }
  if (names.some(name => /(^|\/)vbaProject\.bin$/i.test(name))) return 'unknown'
  if (names.some(name => name.startsWith('word/'))) return { type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' }
  if (names.some(name => name.startsWith('xl/'))) return { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' }
  return { type: 'application/zip' }
}

interface TextCheck {
  /** Whether it may still be text. */
  add(chunk: Uint8Array): boolean
  end(): 'utf-8' | 'gb18030' | null
}

/** Text has no control characters but tab, line feed, form feed and carriage return, and decodes as a whole. */
function textCheck(): TextCheck {
  const decoders = new Map((['utf-8', 'gb18030'] as const).map(name => [name, new TextDecoder(name, { fatal: true })]))
  const decode = (chunk: Uint8Array, stream: boolean) => {
    for (const [name, decoder] of decoders) {
      try {
        decoder.decode(chunk, { stream })
      } catch {
        decoders.delete(name)
      }
    }
  }
  return {
    add(chunk) {
      if (chunk.some(byte => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d)) return false
      decode(chunk, true)
      return decoders.size > 0
    },
    end() {
      decode(new Uint8Array(0), false)
      return decoders.has('utf-8') ? 'utf-8' : decoders.has('gb18030') ? 'gb18030' : null
    },
  }
}
