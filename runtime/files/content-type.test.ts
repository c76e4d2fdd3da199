import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { detectType, fits, keptType, type Finding } from './content-type.ts'
import { zipOf } from './testing.ts'

function found(bytes: Uint8Array, pieces = [bytes.length || 1]): Finding {
  const detector = detectType()
  let early: Finding = 'open'
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const next = detector.add(bytes.subarray(at, at + pieces[i % pieces.length]!))
    // What was once told is not taken back.
    if (early !== 'open') expect(next).toEqual(early)
    early = next
    at += pieces[i % pieces.length]!
  }
  const end = detector.end()
  if (early !== 'open') expect(end).toEqual(early)
  return end
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const ftyp = (...brands: string[]) => {
  const box = Buffer.concat([Buffer.from([0, 0, 0, 0]), Buffer.from('ftyp'), Buffer.from(brands[0]!), Buffer.alloc(4), ...brands.slice(1).map(brand => Buffer.from(brand))])
  box.writeUInt32BE(box.length, 0)
  return Buffer.concat([box, Buffer.alloc(40)])
}
const office = (...parts: string[]) => zipOf(['[Content_Types].xml', '_rels/.rels', ...parts].map(name => [name, Buffer.from('<x/>')]))
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
/** GB 18030: two bytes 中, and a four-byte character (U+3400). */
const GB18030 = hex('d6d0 b9fa 0d0a 8139ee39')

const samples: readonly (readonly [string, Buffer, string | null])[] = [
  ['PDF', Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj'), 'application/pdf'],
  ['JPEG', hex('ffd8ffe0 00104a46494600'), 'image/jpeg'],
  ['PNG', hex('89504e470d0a1a0a 0000000d49484452'), 'image/png'],
  ['WebP', Buffer.concat([Buffer.from('RIFF'), hex('24000000'), Buffer.from('WEBPVP8 ')]), 'image/webp'],
  ['HEIC', ftyp('heic', 'mif1', 'heic'), 'image/heic'],
  ['HEIC under the general brand', ftyp('mif1', 'mif1', 'heic'), 'image/heic'],
  ['docx', office('word/document.xml'), DOCX],
  ['xlsx', office('xl/workbook.xml', 'xl/worksheets/sheet1.xml'), XLSX],
  ['zip', zipOf([['a.txt', Buffer.from('x')], ['word/document.xml', Buffer.from('x')]]), 'application/zip'],
  ['empty zip', zipOf([]), 'application/zip'],
  ['zip with a comment', zipOf([['a.txt', Buffer.from('x')]], 'made by hand'), 'application/zip'],
  ['ASCII', Buffer.from('a,b\r\n1,2\r\n'), 'text/plain; charset=utf-8'],
  ['UTF-8', Buffer.from('\ufeff一次通，𠮷'), 'text/plain; charset=utf-8'],
  ['GB 18030', GB18030, 'text/plain; charset=gb18030'],
  ['AVIF', ftyp('avif', 'mif1', 'miaf'), null],
  ['MP4', ftyp('isom', 'mp41'), null],
  ['a document with macros', office('word/document.xml', 'word/vbaProject.bin'), null],
  ['a cut zip', office('word/document.xml').subarray(0, 60), null],
  ['ELF', hex('7f454c46 02010100'), null],
  ['GIF', Buffer.from('GIF89a\u0001\u0000'), null],
  ['RIFF that is no WebP', Buffer.concat([Buffer.from('RIFF'), hex('24000000'), Buffer.from('WAVEfmt ')]), null],
  ['text with a NUL', Buffer.from('abc\u0000def'), null],
  ['text with an escape', Buffer.from('\u001b[31mred'), null],
  ['half a character', hex('41 e4'), null],
]

describe('the type of a file', () => {
  test.each(samples)('%s', (_name, bytes, type) => expect(found(bytes)).toEqual(type === null ? 'unknown' : { type }))

  test('does not depend on how the bytes arrive', () => {
    fc.assert(fc.property(fc.constantFrom(...samples), fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }), ([, bytes, type], pieces) => {
      expect(found(bytes, pieces)).toEqual(type === null ? 'unknown' : { type })
    }))
  })

  test('of a long archive is told by the directory at its end', () => {
    const big = (parts: string[]) => zipOf([['[Content_Types].xml', Buffer.from('<x/>')], ['media/film.bin', Buffer.alloc(3_000_000, 0x50)], ...parts.map(name => [name, Buffer.from('<x/>')] as const)])
    expect(found(big(['word/document.xml']), [65_536])).toEqual({ type: DOCX })
    expect(found(big(['xl/workbook.xml']), [10_000])).toEqual({ type: XLSX })
  })

  test('of an archive is not told by what merely lies in it', () => {
    const decoy = Buffer.concat([Buffer.from('word/document.xml'), office('word/document.xml')])
    expect(found(zipOf([['a.bin', decoy]]))).toEqual({ type: 'application/zip' })
  })

  test('of text stays told only while all of it is text', () => {
    const long = Buffer.from('宁波市海曙区。'.repeat(20_000))
    expect(found(long, [4_096])).toEqual({ type: 'text/plain; charset=utf-8' })
    expect(found(Buffer.concat([long, hex('00')]), [4_096])).toBe('unknown')
    expect(found(Buffer.concat([long, hex('ff')]), [4_097])).toBe('unknown')
  })

  test('of any text that decodes is text, in the encoding that decodes it', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).filter(text => !/[\u0000-\u0008\u000b\u000e-\u001f]/.test(text) && !/^(%PDF-|PK|RIFF)/.test(text) && text.slice(4, 8) !== 'ftyp'), text => {
      expect(found(Buffer.from(text))).toEqual({ type: 'text/plain; charset=utf-8' })
    }))
  })

  test('of any bytes is found or unknown, and never fails', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.constantFrom('', '504b0304', '504b0506', '0000002066747970', 'ffd8ff'), (bytes, start) => {
      expect(found(Buffer.concat([hex(start), bytes]))).not.toBe('open')
    }), { numRuns: 300 })
  })
})

describe('the declared type', () => {
  test.each([
    ['application/pdf', 'application/pdf', true], ['Application/PDF; name=x', 'application/pdf', true], ['application/x-pdf', 'application/pdf', true], ['image/jpg', 'image/jpeg', true], ['image/heif', 'image/heic', true],
    ['application/octet-stream', 'image/png', true], ['', 'image/png', true], ['text/csv', 'text/plain; charset=gb18030', true], ['text/plain; charset=utf-8', 'text/plain; charset=gb18030', true],
    ['image/png', 'image/jpeg', false], ['application/pdf', 'text/plain; charset=utf-8', false], ['text/html', 'text/plain; charset=utf-8', false], ['image/svg+xml', 'text/plain; charset=utf-8', false],
    ['text/csv', 'application/zip', false], ['application/zip', DOCX, false],
  ])('%j and content %j fit: %j', (declared, type, expected) => expect(fits(declared, type)).toBe(expected))

  test('only keeps a comma-separated text from being plain', () => {
    expect(keptType('text/csv', 'text/plain; charset=gb18030')).toBe('text/csv; charset=gb18030')
    expect(keptType('text/plain', 'text/plain; charset=utf-8')).toBe('text/plain; charset=utf-8')
    expect(keptType('application/octet-stream', 'image/png')).toBe('image/png')
  })
})
