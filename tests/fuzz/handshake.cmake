rtmpscope_fuzzer(handshake
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/handshake.cpp
  DEPENDS rtmpscope_rtmp_session rtmpscope_carrier)
