/** What can be chosen of what was found, and what else can be done with the text. Pure. */

/** @typedef {{ cluster: string, cluster_name: string, name: string, about: string, address: string }} Item */
/** @typedef {{ groups: { kind: string, found: Item[] }[], clusters: { cluster: string, late: object | null }[], more: boolean }} Answer */
/** What can be chosen: `does` instead of an address, where it is done on this page. @typedef {{ group: string, name: string, about: string, address: string, does?: () => void }} Choice */

/** What a kind is called above what was found of it. dashboard/views/search.py has the same. */
const TITLES = /** @type {Record<string, string>} */ ({
  cluster: "Clusters",
  component: "Components",
  instance: "Instances",
  node: "Nodes",
  label: "Labels",
  version: "Versions",
  address: "Addresses",
  pod: "Pods",
  incident: "Incidents",
});

/** @param {Answer} answer @returns {Choice[]} */
export function choicesOf(answer) {
  const late = new Set(answer.clusters.filter((one) => one.late).map((one) => one.cluster));
  return answer.groups.flatMap(({ kind, found }) =>
    found.map((one) => ({
      group: TITLES[kind] ?? kind,
      name: one.name,
      about: [kind === "cluster" ? "" : one.cluster_name, one.about, late.has(one.cluster) ? "as last known" : ""].filter(Boolean).join(" · "),
      address: one.address,
    })),
  );
}

/**
 * What else can be done with the text, on the pages of a cluster.
 * @param {string} text @param {string} path of the page @param {(() => void) | null} show shows those nodes in the picture; null: there is none
 * @returns {Choice[]}
 */
export function besides(text, path, show) {
  const slug = /^\/c\/([^/]+)\//.exec(path)?.[1];
  if (!slug || !text) return [];
  const group = "In this cluster";
  const listed = { group, name: `List the nodes that match “${text}”`, about: "", address: `/c/${slug}/nodes/?q=${encodeURIComponent(text)}` };
  return show ? [{ group, name: `Show the nodes that match “${text}” in the picture`, about: "", address: "", does: show }, listed] : [listed];
}
