/** Which addresses lie on the public internet (IANA special-purpose registries for IPv4 and IPv6). */
import { BlockList, isIP } from 'node:net'

/** No server of the public lies there: this host, private and shared networks, link-local, documentation, relays, multicast, reserved. */
const SPECIAL_IPV4 = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24],
  ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const
/** Within 2000::/3, the only part of IPv6 that is global unicast: protocol assignments (Teredo), documentation, 6to4. */
const SPECIAL_IPV6 = [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const

const special = new BlockList()
for (const [net, prefix] of SPECIAL_IPV4) special.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of SPECIAL_IPV6) special.addSubnet(net, prefix, 'ipv6')
const unicast = new BlockList()
unicast.addSubnet('2000::', 3, 'ipv6')

/** Of an address in the form the system's resolver gives; anything else is not public. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4: return !special.check(address, 'ipv4')
    case 6: return unicast.check(address, 'ipv6') && !special.check(address, 'ipv6')
    default: return false
  }
}
