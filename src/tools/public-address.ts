import ipaddr from 'ipaddr.js';

export function isAddress(host: string): boolean {
  return ipaddr.isValid(host);
}

/** Whether an IP address is one of the internet, and not of this machine, a private network, or any special use. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.process(address).range() === 'unicast';
}
