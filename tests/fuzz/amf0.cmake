rtmpscope_fuzzer(amf0 SOURCES ${CMAKE_CURRENT_LIST_DIR}/amf0.cpp DEPENDS rtmpscope_amf)
