#compdef rtmpscope
# zsh completion for rtmpscope

_rtmpscope_only() {
  local -a names
  names=(${(f)"$(_call_program events rtmpscope events 2>/dev/null | awk '{print $1}')"})
  _values -s , 'event, message type or command' $names
}

_rtmpscope_table() {
  _arguments '--format[how to print the table]:format:(text markdown json)' '(- *)--help[show what there is]'
}

_rtmpscope_profile() {
  local -a names
  names=(${(f)"$(_call_program profiles rtmpscope profiles 2>/dev/null | awk 'NR > 1 {print $1}')"})
  _values 'platform' $names
}

_rtmpscope() {
  local context state line
  local -a output selection
  output=(
    '--format[what to print]:format:(text ndjson json markdown)'
    '--verdict[only who ended each connection, and why]'
    '--summary[a table of streams, and the verdicts]'
    '--no-analysis[connections are not judged]'
    '--show-secrets[names and keys in a report of --format markdown]'
    '(-o --output)'{-o,--output}'[write to a file]:file:_files'
    '--chunks[an event for every chunk header, too]'
    '--samples[an event for each second of a stream, too]'
    '--stats[events about the capture as a whole, too]'
    '--interval[seconds between two of these events]:seconds'
    '--ranges[byte range of every field (ndjson and json)]'
    '--redact[pseudonyms for texts of the peers]'
    '--redact-key[redact with the key in a file]:file:_files'
    '--redact-addresses[redact IP addresses and ports, too]'
    '(--color --colour)'{--color,--colour}'[colour]:when:(auto always never)'
    '--ascii[no characters beyond ASCII in text]'
    '(--full)--width[columns of a line of text]:columns: '
    '(--width)--full[lines of text are not cut]'
    '--addresses[addresses and ports in every event (ndjson and json)]'
    '--no-progress[no progress bar]'
    '--profile[platform that publishers are held against]:platform:_rtmpscope_profile'
    '*--profiles[more profiles]:file:_files'
    '*--fingerprints[more software]:file:_files'
  )
  selection=(
    '*--keys[key log for RTMPS, RTMPE and RTMFP]:file:_files'
    '(-f --filter)'{-f,--filter}'[only packets that a pcap-filter(7) expression accepts]:filter: '
    '*--only[only these events, message types or commands]:type:_rtmpscope_only'
    '--connection[only connection number N]:number: '
    '--from[only events at a time or later]:time: '
    '--to[only events before a time]:time: '
    '*--port[RTMP port]:port: '
  )
  _arguments -C '(- *)--help[show what there is]' '(- *)--version[show the version]' '1: :->command' '*:: :->arguments'
  case $state in
    command)
      _values 'command' \
        'analyze[analyze capture files]' \
        'live[capture from an interface]' \
        'check[hold connections against rules and a platform, for scripts]' \
        'export[write the streams of capture files to FLV files]' \
        'schema[print the JSON Schema of the output]' \
        'fields[print the table of fields]' \
        'findings[print the table of findings]' \
        'values[print the names of numbers]' \
        'events[print the table of events]' \
        'causes[print why connections end]' \
        'thresholds[print the limits of the judge]' \
        'profiles[print what is known of platforms]' \
        'fingerprints[print what is known of software]' \
        'interfaces[list the interfaces]'
      ;;
    arguments)
      case ${line[1]} in
        analyze)
          _arguments $output $selection '(- *)--help[show what there is]' \
            '(-j --jobs)'{-j,--jobs}'[threads]:number: ' \
            '--order[several files]:order:(merged sequence)' \
            '--sort[order of connections in text]:order:(start end duration bytes findings)' \
            '--events[judge the NDJSON timeline of an earlier run again]:file:_files' \
            '*:capture file:_files -g "*.(pcap|pcapng|cap)(|.gz|.zst)(-.)"'
          ;;
        live)
          _arguments $output $selection '(- *)--help[show what there is]' \
            '*'{-i,--interface}'[interface, or any]:interface:(any ${(f)"$(ls /sys/class/net 2>/dev/null)"})' \
            '(-s --snapshot-length)'{-s,--snapshot-length}'[bytes of each packet]:bytes: ' \
            '(-B --buffer-size)'{-B,--buffer-size}'[kernel buffer in bytes]:bytes: ' \
            '--ring-size[packets that wait for the analysis]:bytes: ' \
            '--fanout[threads that capture]:number: ' \
            '(-p --no-promiscuous-mode)'{-p,--no-promiscuous-mode}'[not in promiscuous mode]' \
            '(-j --jobs)'{-j,--jobs}'[threads of the analysis]:number: ' \
            '-w[write the packets as pcapng]:file:_files' \
            '--write[packets for -w]:kind:(all rtmp)' \
            '-C[a new file of -w before it has so many million bytes]:number: ' \
            '-G[a new file of -w at each multiple of so many seconds]:seconds: ' \
            '-W[keep so many files of -w]:number: ' \
            '--rotate-size[a new file before it has more bytes]:bytes: ' \
            '--rotate-every[a new file at each multiple of so many seconds]:seconds: ' \
            '--rotate-keep[older files that are kept]:number: ' \
            '--on-finding[write packets of connections with findings]:severity:(note warning error)' \
            '--evidence[folder for these files]:folder:_files -/' \
            '--evidence-memory[packets that are kept for them]:bytes: ' \
            '--evidence-seconds[only so long before and behind findings]:seconds: ' \
            '--evidence-files[keep so many of them]:number: ' \
            '--evidence-secrets[with the keys of their TLS sessions]' \
            '--metrics[answer Prometheus at this address]:host\:port: ' \
            '--metrics-streams[so many streams have metrics of their own]:number: ' \
            '--metrics-names[with the names of these streams]' \
            '--user[go on as this user once all is open]:user:_users' \
            '(--user)--no-sandbox[keep user, capabilities, files and system calls]'
          ;;
        export)
          _arguments '(- *)--help[show what there is]' '1:format:(flv)' \
            '(-o --output)'{-o,--output}'[folder for the files]:folder:_files -/' \
            '--force[overwrite files that are there already]' \
            '--timestamps[times of the tags]:which:(from-zero as-sent)' \
            '--redact[pseudonyms for texts of the peers]' \
            '--redact-key[redact with the key in a file]:file:_files' \
            '--redact-addresses[redact IP addresses and ports, too]' \
            '--no-progress[no progress bar]' \
            '*--keys[key log for RTMPS, RTMPE and RTMFP]:file:_files' \
            '(-f --filter)'{-f,--filter}'[only packets that a pcap-filter(7) expression accepts]:filter: ' \
            '--connection[only connection number N]:number: ' \
            '*--stream[only streams of this name]:name: ' \
            '*--port[RTMP port]:port: ' \
            '(-j --jobs)'{-j,--jobs}'[threads]:number: ' \
            '--order[several files]:order:(merged sequence)' \
            '*:capture file:_files -g "*.(pcap|pcapng|cap)(|.gz|.zst)(-.)"'
          ;;
        check)
          _arguments '(- *)--help[show what there is]' \
            '--format[what to print]:format:(text json)' \
            '--fail-on[severity that ends the program with its exit code]:severity:(note warning error)' \
            '--all[checks that passed, too]' \
            '--profile[platform that publishers are held against]:platform:_rtmpscope_profile' \
            '*--profiles[more profiles]:file:_files' \
            '*--fingerprints[more software]:file:_files' \
            '(-o --output)'{-o,--output}'[write to a file]:file:_files' \
            '--redact[pseudonyms for texts of the peers]' \
            '--redact-key[redact with the key in a file]:file:_files' \
            '--redact-addresses[redact IP addresses and ports, too]' \
            '*--keys[key log for RTMPS, RTMPE and RTMFP]:file:_files' \
            '(-f --filter)'{-f,--filter}'[only packets that a pcap-filter(7) expression accepts]:filter: ' \
            '--connection[only connection number N]:number: ' \
            '*--port[RTMP port]:port: ' \
            '(-j --jobs)'{-j,--jobs}'[threads]:number: ' \
            '--order[several files]:order:(merged sequence)' \
            '--no-progress[no progress bar]' \
            '*:capture file:_files -g "*.(pcap|pcapng|cap)(|.gz|.zst)(-.)"'
          ;;
        fields | findings | values | events | causes | thresholds) _rtmpscope_table ;;
        profiles)
          _arguments '--format[how to print the table]:format:(text markdown json)' \
            '*--profiles[more profiles]:file:_files' '1:platform:_rtmpscope_profile' \
            '(- *)--help[show what there is]'
          ;;
        fingerprints)
          _arguments '--format[how to print the tables]:format:(text markdown json)' \
            '(- *)--help[show what there is]' '*:more programs:_files -g "*.json(-.)"'
          ;;
        *) _arguments '(- *)--help[show what there is]' ;;
      esac
      ;;
  esac
}

_rtmpscope "$@"
