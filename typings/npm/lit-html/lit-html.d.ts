// The server maps npm/<package>/ to node_modules (dashboard/finders.py); the type checker follows by rootDirs in tsconfig.json.
export * from "lit-html";
