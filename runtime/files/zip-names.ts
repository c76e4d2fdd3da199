/** Names of the entries of a ZIP archive, read from the directory at its end (APPNOTE 6.3.10, sections 4.3.12 and 4.3.16). */

/** As much of an archive's end as holds the directory of any office document. */
export const ZIP_TAIL_BYTES = 262_144

const END_BYTES = 22
const ENTRY_BYTES = 46

/** From the last bytes of an archive of `total` bytes; `null` when it has no sound directory, empty when that begins before `tail`. */
export function zipEntryNames(tail: Buffer, total: number): readonly string[] | null {
  const end = tail.lastIndexOf(Buffer.from('504b0506', 'hex'))
  if (end < 0 || end + END_BYTES > tail.length) return null
  const count = tail.readUInt16LE(end + 10)
  const start = tail.readUInt32LE(end + 16) - (total - tail.length)
  // Zip64 counts and offsets are all ones here.
  if (start < 0 || count === 0xffff || tail.readUInt32LE(end + 16) === 0xffffffff) return []
  const names: string[] = []
  for (let at = start, i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > end || tail.readUInt32LE(at) !== 0x02014b50) return null
    const [name, extra, comment] = [tail.readUInt16LE(at + 28), tail.readUInt16LE(at + 30), tail.readUInt16LE(at + 32)]
    names.push(tail.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + name).toString('utf8'))
    at += ENTRY_BYTES + name + extra + comment
  }
  return names
}
