/** Names of hosts as they are shown where there is little room: what they have in common goes, what tells them apart stays. Pure. */

/** An IPv4 or IPv6 address: it is never cut at a dot. */
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]*)$/i;
/** ".ec2.internal": each part begins with a letter, unlike those of an address or a version. */
const DOMAIN = /^(?:\.[a-z][a-z0-9-]*)+$/i;
/** Two names that begin with so many equal characters read the same when they are cut at their end. */
const ALIKE = 4;

/** @typedef {{ domains: boolean, alike: Set<string> }} Common `domains`: names are told apart without them; `alike`: names that begin
 *  as another does, and so are cut at the front */

/** @param {string} name */
export function isAddress(name) {
  return ADDRESS.test(name);
}

/** "ip-10-0-1-7" of "ip-10-0-1-7.ec2.internal". @param {string} name */
function withoutDomain(name) {
  if (isAddress(name)) return name;
  for (let at = name.indexOf("."); at > 0; at = name.indexOf(".", at + 1)) {
    if (DOMAIN.test(name.slice(at))) return name.slice(0, at);
  }
  return name;
}

/** The domain that all of these names share: ".ec2.internal"; else empty. @param {string[]} names */
export function sharedDomain(names) {
  const [first = ""] = names;
  for (let at = first.indexOf("."); at > 0 && !names.some(isAddress); at = first.indexOf(".", at + 1)) {
    const tail = first.slice(at);
    if (DOMAIN.test(tail) && names.every((name) => name.endsWith(tail) && name !== tail)) return tail;
  }
  return "";
}

/** @param {string} one @param {string} other */
function beginAlike(one, other) {
  return one.length >= ALIKE && other.slice(0, ALIKE) === one.slice(0, ALIKE);
}

/** What names have in common. @param {string[]} names @returns {Common} */
export function commonOf(names) {
  const short = names.map(withoutDomain);
  const domains = new Set(short).size === short.length;
  const sorted = [...(domains ? short : names)].sort();
  const alike = sorted.filter((name, at) => beginAlike(name, sorted[at - 1] ?? "") || beginAlike(name, sorted[at + 1] ?? ""));
  return { domains, alike: new Set(alike) };
}

/** How one of them is shown, and whether it is cut at the front where there is no room for all of it. @param {string} name
 *  @param {Common} common @returns {{ short: string, front: boolean }} */
export function shortened(name, { domains, alike }) {
  const short = domains ? withoutDomain(name) : name;
  return { short, front: alike.has(short) };
}
