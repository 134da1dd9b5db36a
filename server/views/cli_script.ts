/**
 * The shell function that `GET /cli` prints.
 *
 * @module
 */

/**
 * Writes the function, in POSIX shell with nothing but curl, sed and what every system has. It runs in a subshell, so
 * that nothing but its name reaches the shell that it is loaded into.
 *
 * @param base What links to this instance begin with.
 * @returns The script.
 */
export function cliScript(base: string): string {
  return `# paste: send text to ${base}, get a link.
#
#   eval "$(curl -sS ${base}/cli)"      for this shell; or save it, and source it from ~/.profile
#   command | paste                     prints the link
#   paste app.log build.log             one link for each file
#   paste -e 1h -b -n app.log           expires in 1h; is deleted once read; has a name
#   paste -d 1tOPy6vmbMIh               deletes a paste that was sent from here; its link does as well
#   paste -l                            lists them
#
# PASTE_URL names another instance, PASTE_TOKEN an upload token. Delete tokens are kept, for you alone, in
# \${XDG_STATE_HOME:-~/.local/state}/pastestream/tokens. The system's own paste is still there as "command paste".

paste() (
  set -u
  base="\${PASTE_URL:-${shellQuoted(base)}}"
  base="\${base%/}"
  state="\${XDG_STATE_HOME:-\${HOME:-.}/.local/state}/pastestream"
  tokens="$state/tokens"

  complain() { printf 'paste: %s\\n' "$*" >&2; }
  fail() { complain "$@"; exit 1; }

  usage() {
    printf '%s\\n' 'use: paste [-e 1h] [-b] [-n name] [file...]' '       paste -d id...' '       paste -l'
  }

  # The answer's headers and its one line. Secrets go in by descriptors: arguments are for everyone to see.
  ask() {
    secret="$1"
    shift
    curl -sS -i -H @/dev/fd/3 "$@" 3<<PASTE_HEADERS
$secret
PASTE_HEADERS
  }

  status_of() { printf '%s\\n' "$1" | sed -n 's|^HTTP/[0-9.]* \\([0-9]*\\).*|\\1|p' | tail -n 1; }
  header_of() { printf '%s\\n' "$1" | tr -d '\\r' | sed -n "s|^$2: *||p" | tail -n 1; }
  last_of() { printf '%s\\n' "$1" | tail -n 1; }

  # The paste is there already: its link is printed all the same.
  remember() {
    umask 077
    { mkdir -p "$state" && printf '%s %s %s\\n' "$1" "$2" "$3" >> "$tokens"; } 2> /dev/null ||
      complain "cannot keep the delete token in $state"
  }

  send() {
    label="$1"
    set -- -F '_=<-'
    [ -z "$label" ] || set -- "$@" --form-string "name=$label"
    [ -z "$expire" ] || set -- "$@" --form-string "expire=$expire"
    [ -z "$burn" ] || set -- "$@" --form-string 'burn=1'
    reply="$(ask "\${PASTE_TOKEN:+Authorization: Bearer $PASTE_TOKEN}" -H 'Accept: text/plain' "$@" "$base/")" || exit 1
    url="$(last_of "$reply")"
    [ "$(status_of "$reply")" = 200 ] || fail "$url"
    token="$(header_of "$reply" '[Xx]-[Dd]elete-[Tt]oken')"
    [ -z "$token" ] || remember "\${url##*/}" "$token" "$url"
    printf '%s\\n' "$url"
  }

  delete() {
    id="\${1%/}"
    id="\${id##*/}"
    entry=''
    case "$id" in
      *[!0-9A-Za-z]*) ;;
      *) [ ! -f "$tokens" ] || entry="$(grep "^$id " "$tokens" | tail -n 1)" ;;
    esac
    [ -n "$entry" ] || fail "no delete token for \\"$id\\" in $tokens"
    entry="\${entry#* }"
    reply="$(ask "X-Delete-Token: \${entry%% *}" -X DELETE "\${entry#* }")" || exit 1
    case "$(status_of "$reply")" in
      204 | 404) forget "$id" ;;
      *) fail "$(last_of "$reply")" ;;
    esac
  }

  forget() {
    umask 077
    grep -v "^$1 " "$tokens" > "$tokens.new" || :
    mv "$tokens.new" "$tokens"
  }

  expire='' burn='' name='' task=send
  while getopts 'e:bn:dlh' option; do
    case "$option" in
      e) expire="$OPTARG" ;;
      b) burn=1 ;;
      n) name="$OPTARG" ;;
      d) task=delete ;;
      l) task=list ;;
      h) usage; exit ;;
      *) fail "$(usage)" ;;
    esac
  done
  shift "$((OPTIND - 1))"

  case "$task" in
    list)
      [ ! -f "$tokens" ] || sed 's/^[^ ]* [^ ]* //' "$tokens"
      ;;
    delete)
      [ "$#" -gt 0 ] || fail 'say which paste to delete: paste -d id'
      for paste in "$@"; do delete "$paste"; done
      ;;
    send)
      if [ "$#" -eq 0 ]; then
        send "$name"
      else
        for file in "$@"; do
          if [ ! -r "$file" ] || [ -d "$file" ]; then fail "cannot read \\"$file\\""; fi
          send "\${name:-\${file##*/}}" < "$file"
        done
      fi
      ;;
  esac
)
`;
}

/** For the inside of double quotes: an operator's URL has none of these, but nothing here relies on it. */
function shellQuoted(text: string): string {
  return text.replace(/["$\\`}]/g, "\\$&");
}
