# bash completion for rtmpscope

_rtmpscope() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command="" word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then
      command=$word
      break
    fi
  done

  local output="--format --verdict --summary --no-analysis --show-secrets --output --chunks --samples --stats --interval --ranges --redact --redact-key --redact-addresses --color --colour"
  output+=" --width --full --addresses --ascii --no-progress --profile --profiles --fingerprints"
  local selection="--keys --filter --only --connection --from --to --port"
  case $previous in
    --format)
      local formats="text ndjson json markdown"
      [[ $command == analyze || $command == live ]] || formats="text markdown json"
      [[ $command == check ]] && formats="text json"
      mapfile -t COMPREPLY < <(compgen -W "$formats" -- "$current")
      return
      ;;
    --color | --colour)
      mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$current")
      return
      ;;
    --on-finding)
      mapfile -t COMPREPLY < <(compgen -W "note warning error" -- "$current")
      return
      ;;
    --timestamps)
      mapfile -t COMPREPLY < <(compgen -W "from-zero as-sent" -- "$current")
      return
      ;;
    --order)
      mapfile -t COMPREPLY < <(compgen -W "merged sequence" -- "$current")
      return
      ;;
    --sort)
      mapfile -t COMPREPLY < <(compgen -W "start end duration bytes findings" -- "$current")
      return
      ;;
    --fail-on)
      mapfile -t COMPREPLY < <(compgen -W "note warning error" -- "$current")
      return
      ;;
    --profile)
      mapfile -t COMPREPLY < <(compgen -W "$(rtmpscope profiles 2>/dev/null | awk 'NR > 1 {print $1}')" -- "$current")
      return
      ;;
    --user)
      mapfile -t COMPREPLY < <(compgen -u -- "$current")
      return
      ;;
    --write)
      mapfile -t COMPREPLY < <(compgen -W "all rtmp" -- "$current")
      return
      ;;
    -i | --interface)
      mapfile -t COMPREPLY < <(compgen -W "any $(cd /sys/class/net 2>/dev/null && echo *)" -- "$current")
      return
      ;;
    --only)
      mapfile -t COMPREPLY < <(compgen -W "$(rtmpscope events 2>/dev/null | awk '{print $1}')" -- "$current")
      return
      ;;
    -f | --filter | -j | --jobs | --connection | --stream | --from | --to | --port | --width | -s | --snapshot-length | -B | --buffer-size | --ring-size | --rotate-* | --interval | --fanout | --metrics | --metrics-streams | --evidence-* | -C | -G | -W)
      return
      ;;
  esac

  local words=""
  case $command in
    "") words="analyze live check export schema fields findings values events causes thresholds profiles fingerprints interfaces --help --version" ;;
    analyze) words="$output $selection --events --sort --jobs --order --help" ;;
    live) words="$output $selection --interface --snapshot-length --buffer-size --ring-size --fanout --no-promiscuous-mode --jobs -w --write -C -G -W --on-finding --evidence --evidence-memory --evidence-seconds --evidence-files --evidence-secrets --metrics --metrics-streams --metrics-names --user --no-sandbox --rotate-size --rotate-every --rotate-keep --help" ;;
    export)
      words="--output --force --timestamps --redact --redact-key --redact-addresses --no-progress --filter"
      words+=" --keys --connection --stream --port --jobs --order --help"
      [[ ${COMP_WORDS[*]:1:COMP_CWORD-1} == *flv* ]] || words=flv
      ;;
    check)
      words="--format --fail-on --all --profile --profiles --fingerprints --output --redact --redact-key --redact-addresses"
      words+=" --keys --filter --connection --port --jobs --order --no-progress --help"
      ;;
    fields | findings | values | events | causes | thresholds | fingerprints) words="--format --help" ;;
    profiles) words="$(rtmpscope profiles 2>/dev/null | awk 'NR > 1 {print $1}') --format --profiles --help" ;;
  esac
  if [[ $current == -* || $words == flv || $command != @(analyze|check|export|fingerprints) && $previous != -o &&
    $previous != --output && $previous != -w ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  else
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}

complete -F _rtmpscope rtmpscope
