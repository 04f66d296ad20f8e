# cmake --install, and the Debian package: cpack -G DEB

install(TARGETS rtmpscope RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES docs/man/rtmpscope.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES docs/completion/rtmpscope.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME rtmpscope)
install(FILES docs/completion/rtmpscope.zsh
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _rtmpscope)
install(FILES contrib/rtmpscope.service DESTINATION lib/systemd/system)
install(FILES contrib/rtmpscope.conf contrib/prometheus/rtmpscope.rules.yml contrib/grafana/rtmpscope.json
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

# Three packages: the program, the shared library, and what is needed to build with it (analyzer/api).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rtmpscope)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL Unspecified library development)
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_NAME rtmpscope)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/package-configuration.cmake)
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/conffiles)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME librtmpscope${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "Decoder of the RTMP family, shared library
 The analysis of rtmpscope for other programs.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME librtmpscope-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "librtmpscope${PROJECT_VERSION_MAJOR} (= ${PROJECT_VERSION}), libpcap-dev, libzstd-dev, zlib1g-dev, libssl-dev, libfmt-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "Decoder of the RTMP family, headers and static library
 Headers, static library, CMake package, pkg-config file and examples.")
set(CPACK_PACKAGE_CONTACT "rtmpscope maintainers <rtmpscope@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # the libraries and versions that the program was linked with
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"${PROJECT_DESCRIPTION}
 rtmpscope reads captures of real RTMP traffic, or listens on an interface, and
 tells what was said: handshake, chunks, messages, commands and media headers,
 as text for people and as JSON for scripts.")
include(CPack)
