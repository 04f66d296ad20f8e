rtmpscope_fuzzer(http_tunnel
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/http_tunnel.cpp
  DEPENDS rtmpscope_carrier_http_tunnel)
