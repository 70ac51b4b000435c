# Sourced by ./run and ./check. Debian packages by purpose; installs only what is missing.
packages_build="gcc meson ninja-build pkgconf python3 libc6-dev re2c
  libutf8proc-dev libsqlite3-dev libmicrohttpd-dev libgnutls28-dev libyaml-dev libsodium-dev libssl-dev
  libzip-dev libexpat1-dev libxml2-dev libxlsxwriter-dev libminizip-dev libseccomp-dev"
packages_test="libcmocka-dev clang libclang-rt-14-dev cppcheck gcovr strace sqlite3 openssl nodejs npm chromium
  fonts-noto-cjk postgresql-15 libpq-dev"

install_packages() {
  local want="" name list="packages_$1"
  for name in ${!list}; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || want="$want $name"
  done
  # A Node.js that did not come from Debian serves as well.
  if command -v node >/dev/null && command -v npm >/dev/null; then want=$(sed 's/ nodejs\b//; s/ npm\b//' <<<"$want"); fi
  [ -n "$want" ] || return 0
  echo "installing:$want" >&2
  local sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
  # The package postgresql-15 would start a server on 5432; the tests start their own in a temporary folder.
  case "$want" in *postgresql*) [ -e /etc/postgresql-common/createcluster.conf ] || {
    $sudo mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null; } ;; esac
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  { $sudo apt-get -o DPkg::Lock::Timeout=600 -qq update &&
    $sudo apt-get -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold -qq install -y --no-install-recommends $want >/dev/null; } ||
    { echo "installing failed; as root: apt-get install$want" >&2; exit 3; }
}
