rtmpscope_fuzzer(tls_layer
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/tls_layer.cpp
  DEPENDS rtmpscope_carrier rtmpscope_keys rtmpscope_schema)
