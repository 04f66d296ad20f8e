# cpack: the service's configuration is the only file of the package outside /usr.
file(COPY ${CMAKE_CURRENT_LIST_DIR}/../contrib/rtmpscope.conf
     DESTINATION ${CPACK_TEMPORARY_DIRECTORY}/Unspecified/etc)
