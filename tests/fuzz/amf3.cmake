rtmpscope_fuzzer(amf3 SOURCES ${CMAKE_CURRENT_LIST_DIR}/amf3.cpp DEPENDS rtmpscope_amf)
