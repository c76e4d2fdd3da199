// Stops with one clear line on a Node that is too old. Imports nothing, so that it runs on any.

/** The oldest Node supported, as in package.json's `engines`. */
const oldest = [20, 19]

/** Whether a version such as `20.19.0` will do. */
export function isSupported(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}

export function requireSupportedNode(version = process.versions.node) {
  if (isSupported(version)) return
  console.error(`OneVisit needs Node.js ${oldest.join('.')} or later; this is ${version}. Install a newer one from https://nodejs.org and try again.`)
  process.exit(1)
}
