# cmake --install, and the Debian package: cpack -G DEB

install(TARGETS rtmpscope RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES docs/man/rtmpscope.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES docs/completion/rtmpscope.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME rtmpscope)
install(FILES docs/completion/rtmpscope.zsh
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _rtmpscope)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rtmpscope)
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
