# Sourced by the scripts: puts the Node and the Yarn of this repository first on
# PATH. It installs nothing; script/bootstrap does.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tools=$root/.local/tools
node_version=24.21.0
yarn_version=$(sed -n 's/.*"packageManager": "yarn@\([^"]*\)".*/\1/p' "$root/package.json")

has_node() {
  # 22.18 is the first Node 22 that runs TypeScript without a flag.
  node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major === 24 || (major === 22 && minor >= 18) ? 0 : 1);
  ' >/dev/null 2>&1
}

has_yarn() {
  # Corepack must not go looking for a Yarn on the network just to be asked.
  [ "$(cd "$root" && COREPACK_ENABLE_NETWORK=0 yarn --version 2>/dev/null)" = "$yarn_version" ]
}

use_tools() {
  if ! { has_node && has_yarn; } && [ -d "$tools/node_modules/.bin" ]; then
    PATH=$tools/node_modules/.bin:$PATH
    export PATH
  fi
  has_node || return 0

  # Native modules must be compiled against the headers of the Node that runs
  # them, whatever a user's npm configuration says.
  local binary headers
  binary=$(node -p process.execPath)
  for headers in "${binary%/bin/node}" "${binary%/bin/node}"/node_modules/node-*; do
    if [ -f "$headers/include/node/node_version.h" ]; then
      export npm_config_nodedir=$headers
      break
    fi
  done
}

use_tools
