rtmpscope_fuzzer(network_layers
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/network_layers.cpp
  DEPENDS rtmpscope_net)
