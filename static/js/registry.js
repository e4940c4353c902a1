/**
 * The kinds of components and their figures, as planes/components declares them. Written by `manage.py registry --write`; change
 * the declarations, not this.
 */

/** What is shown, in this order. */
export const KINDS = /** @type {const} */ ([
  {"kind": "kube-apiserver", "plane": "control", "title": "kube-apiserver", "role": "the only door between the planes"},
  {"kind": "etcd", "plane": "control", "title": "etcd", "role": "stores the state"},
  {"kind": "kube-controller-manager", "plane": "control", "title": "kube-controller-manager", "role": "reconciles desired and actual"},
  {"kind": "kube-scheduler", "plane": "control", "title": "kube-scheduler", "role": "places pods on nodes"},
  {"kind": "cloud-controller-manager", "plane": "control", "title": "cloud-controller-manager", "role": "talks to the cloud"},
  {"kind": "kubelet", "plane": "data", "title": "kubelet", "role": "runs the pods of its node"},
  {"kind": "kube-proxy", "plane": "data", "title": "kube-proxy", "role": "routes Services on its node"},
  {"kind": "container-runtime", "plane": "data", "title": "container runtime", "role": "runs the containers of its node"},
  {"kind": "dns", "plane": "addon", "title": "DNS", "role": "answers names inside the cluster"},
  {"kind": "metrics-server", "plane": "addon", "title": "metrics-server", "role": "measures nodes and pods"},
  {"kind": "konnectivity", "plane": "addon", "title": "konnectivity", "role": "tunnels from the API server to the nodes"},
]);

/** The agents of a node, each with its column on the wire and a name for where there is little room. */
export const AGENTS = /** @type {const} */ ([
  {"kind": "kubelet", "column": "kubelet", "title": "kubelet", "short": "kubelet"},
  {"kind": "kube-proxy", "column": "proxy", "title": "kube-proxy", "short": "proxy"},
  {"kind": "container-runtime", "column": "runtime", "title": "container runtime", "short": "runtime"},
]);

/** The values of a sample after its time, in their order on the wire. */
export const FIGURES = /** @type {const} */ ([
  {"key": "requests", "kind": "kube-apiserver", "fact": "requests/s", "told": "requests per second", "form": "count", "least": 1.0},
  {"key": "p99", "kind": "kube-apiserver", "fact": "p99", "told": "99 % of requests within", "form": "milliseconds", "least": 0.02},
  {"key": "error_ratio", "kind": "kube-apiserver", "fact": "5xx", "told": "requests answered with 5xx", "form": "percent", "least": 0.01},
  {"key": "inflight", "kind": "kube-apiserver", "fact": "in flight", "told": "requests in flight", "form": "count", "least": 4.0},
  {"key": "rejected", "kind": "kube-apiserver", "fact": "rejected/s", "told": "requests rejected by priority and fairness per second", "form": "count", "least": 1.0},
  {"key": "etcd_requests", "kind": "etcd", "fact": "", "told": "requests to the state store per second", "form": "count", "least": 2.0},
  {"key": "etcd_p99", "kind": "etcd", "fact": "", "told": "99 % of requests to the state store within", "form": "milliseconds", "least": 0.02},
]);

/** Distributions whose control plane somebody else runs. */
export const MANAGED = /** @type {const} */ ([
  "ACK",
  "AKS",
  "CCE",
  "Civo",
  "DOKS",
  "EKS",
  "Exoscale SKS",
  "GKE",
  "Gardener",
  "IBM Cloud Kubernetes Service",
  "IONOS Kubernetes",
  "LKE",
  "Naver Kubernetes Service",
  "Nebius Managed Kubernetes",
  "OKE",
  "OVHcloud MKS",
  "OpenShift (hosted control plane)",
  "OpenShift on IBM Cloud",
  "Scaleway Kapsule",
  "TKE",
  "VK Cloud Kubernetes",
  "VKE",
  "Vultr Kubernetes Engine",
  "Yandex Managed Kubernetes",
]);

/** Distributions that run the whole control plane in one process. */
export const ONE_PROCESS = /** @type {const} */ ([
  "MicroShift",
  "OrbStack",
  "k3s",
]);

/** Who is to blame while a cluster cannot be asked, by the kind of fault; of all others nobody answers. */
export const BLAME = /** @type {const} */ ([
  {"kind": "unauthenticated", "brief": "credentials refused", "says": "The API server has refused Planewatch's credentials"},
  {"kind": "credentials", "brief": "no credentials", "says": "Planewatch has had no credentials for the API server"},
  {"kind": "configuration", "brief": "kubeconfig unusable", "says": "The kubeconfig of this cluster has not been usable"},
  {"kind": "name resolution", "brief": "name not found", "says": "The name of the API server has not been found"},
  {"kind": "tls", "brief": "not trusted", "says": "The connection to the API server has not been trusted"},
  {"kind": "not Kubernetes", "brief": "not Kubernetes", "says": "What answers in place of the API server has not been Kubernetes"},
  {"kind": "another cluster", "brief": "another cluster", "says": "What answers has been another cluster"},
  {"kind": "no collector", "brief": "no collector", "says": "No collector has watched this cluster"},
  {"kind": "internal", "brief": "not asked", "says": "Planewatch itself has failed to ask the API server"},
]);
