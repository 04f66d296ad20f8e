// In C, since Wireshark's exceptions are setjmp and longjmp.
#include "guarded_call.h"

#include <glib.h>

#include <epan/column-utils.h>
#include <epan/exceptions.h>
#include <epan/packet_info.h>

int rtmpscope_call_guarded(dissector_handle_t handle, tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree) {
  // What a dissector that is left with longjmp does not put back.
  const char* const protocol = pinfo->current_proto;
  const guint8 layer = pinfo->curr_layer_num;
  const guint layers = wmem_list_count(pinfo->layers);
  const guint16 can_desegment = pinfo->can_desegment;
  const gboolean writable = pinfo->cinfo != NULL && col_get_writable(pinfo->cinfo, -1);
  volatile int whole = TRUE;

  if (writable) col_set_writable(pinfo->cinfo, -1, FALSE);
  pinfo->can_desegment = 0;
  TRY {
    call_dissector_only(handle, tvb, pinfo, tree, NULL);
  }
  CATCH_BOUNDS_AND_DISSECTOR_ERRORS {
    whole = FALSE;
  }
  ENDTRY;
  if (writable) col_set_writable(pinfo->cinfo, -1, TRUE);
  pinfo->can_desegment = can_desegment;
  pinfo->current_proto = protocol;
  pinfo->curr_layer_num = layer;
  // Else "frame.protocols" would name the codec once for each NAL unit.
  while (wmem_list_count(pinfo->layers) > layers) {
    wmem_list_remove_frame(pinfo->layers, wmem_list_tail(pinfo->layers));
  }
  return whole;
}
