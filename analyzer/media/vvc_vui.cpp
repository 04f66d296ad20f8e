#include "media/vvc_vui.hpp"

#include <algorithm>

namespace rtmpscope::media {
namespace {

/// Walks through the tools of a sequence parameter set (H.266 7.3.2.4); each function is a stretch of it.
/// What a later stretch needs is kept.
class Tools {
 public:
  Tools(BitReader& reader, const VvcSequence& sequence) : reader_(reader), sequence_(sequence) {}

  /// False if something is not what it may be.
  bool skip() {
    skip_picture_order();
    skip_partitions();
    skip_transforms();
    if (sequence_.chroma != 0 && !skip_chroma_tables()) return false;
    skip_filters();
    if (!skip_reference_lists()) return false;
    skip_motion();
    skip_merge();
    skip_intra();
    if (!skip_boundaries()) return false;
    return !reader_.failed();
  }

 private:
  bool flag() { return reader_.flag(); }
  void numbers(int count) {
    for (int i = 0; i < count; ++i) reader_.ue();
  }

  void skip_picture_order() {
    reader_.skip(2);  // sps_entropy_coding_sync_enabled_flag, sps_entry_point_offsets_present_flag
    order_count_bits_ = reader_.bits(4) + 4;
    if (flag()) reader_.ue();                          // sps_poc_msb_cycle_len_minus1
    reader_.skip(std::uint64_t{8} * reader_.bits(2));  // extra bits of picture headers
    reader_.skip(std::uint64_t{8} * reader_.bits(2));  // and of slice headers
    if (!sequence_.timing) return;
    const std::uint32_t last = sequence_.max_sublayers_minus1;
    const bool each = last > 0 && flag();  // sps_sublayer_dpb_params_flag
    for (std::uint32_t i = each ? 0 : last; i <= last; ++i) numbers(3);
  }

  void skip_partitions() {
    const auto tree = [&] {
      reader_.ue();                       // sps_log2_diff_min_qt_min_cb_…
      if (reader_.ue() != 0) numbers(2);  // sps_max_mtt_hierarchy_depth_…
    };
    reader_.ue();     // sps_log2_min_luma_coding_block_size_minus2
    reader_.skip(1);  // sps_partition_constraints_override_enabled_flag
    tree();
    if (sequence_.chroma != 0 && flag()) tree();  // sps_qtbtt_dual_tree_intra_flag
    tree();
  }

  void skip_transforms() {
    constexpr unsigned bits_of_32 = 5;
    large_transforms_ = sequence_.ctu_bits > bits_of_32 && flag();  // sps_max_luma_transform_size_64_flag
    transform_skip_ = flag();
    if (transform_skip_) {
      reader_.ue();
      reader_.skip(1);
    }
    if (flag()) reader_.skip(2);  // sps_mts_enabled_flag
    lfnst_ = flag();
  }

  bool skip_chroma_tables() {
    constexpr std::uint32_t most_points = 64;
    const bool joint = flag();
    const bool same = flag();
    const int tables = same ? 1 : joint ? 3 : 2;
    for (int i = 0; i < tables; ++i) {
      reader_.se();
      const std::uint32_t last = reader_.ue();
      if (last >= most_points) return false;
      numbers(2 * static_cast<int>(last + 1));
    }
    return true;
  }

  void skip_filters() {
    reader_.skip(1);                                       // sps_sao_enabled_flag
    if (flag() && sequence_.chroma != 0) reader_.skip(1);  // sps_alf_enabled_flag, sps_ccalf_enabled_flag
    reader_.skip(1);                                       // sps_lmcs_enabled_flag
    weighted_ = flag();
    if (flag()) weighted_ = true;
    long_term_ = flag();
    inter_layer_ = sequence_.has_vps && flag();
    reader_.skip(1);  // sps_idr_rpl_present_flag
  }

  bool skip_reference_lists() {
    constexpr std::uint32_t most_lists = 64;
    const int directions = flag() ? 1 : 2;  // sps_rpl1_same_as_rpl0_flag
    for (int i = 0; i < directions; ++i) {
      const std::uint32_t lists = reader_.ue();
      if (lists > most_lists) return false;
      for (std::uint32_t j = 0; j < lists; ++j) {
        if (!skip_reference_list()) return false;
      }
    }
    return true;
  }

  /// 7.3.10.
  bool skip_reference_list() {
    constexpr std::uint32_t most_entries = 29;
    const std::uint32_t entries = reader_.ue();
    if (entries > most_entries || reader_.failed()) return false;
    const bool in_header = long_term_ && entries > 0 && flag();  // ltrp_in_header_flag
    for (std::uint32_t i = 0; i < entries; ++i) {
      if (inter_layer_ && flag()) {
        reader_.ue();
      } else if (!long_term_ || flag()) {  // st_ref_pic_flag
        const std::uint32_t distance = reader_.ue() + (weighted_ && i != 0 ? 0 : 1);
        if (distance > 0) reader_.skip(1);
      } else if (!in_header) {
        reader_.skip(order_count_bits_);
      }
    }
    return true;
  }

  void skip_motion() {
    reader_.skip(1);              // sps_ref_wraparound_enabled_flag
    if (flag()) reader_.skip(1);  // sps_temporal_mvp_enabled_flag
    adaptive_vectors_ = flag();
    if (flag()) reader_.skip(1);  // sps_bdof_enabled_flag
    reader_.skip(1);              // sps_smvd_enabled_flag
    if (flag()) reader_.skip(1);  // sps_dmvr_enabled_flag
    if (flag()) reader_.skip(1);  // sps_mmvd_enabled_flag
  }

  void skip_merge() {
    constexpr std::uint32_t most_candidates = 6;
    const std::uint32_t candidates = most_candidates - std::min(reader_.ue(), most_candidates);
    reader_.skip(1);  // sps_sbt_enabled_flag
    if (flag()) {     // sps_affine_enabled_flag
      reader_.ue();
      reader_.skip(1);
      if (adaptive_vectors_) reader_.skip(1);
      if (flag()) reader_.skip(1);
    }
    reader_.skip(2);                                                 // sps_bcw, sps_ciip
    if (candidates >= 2 && flag() && candidates >= 3) reader_.ue();  // sps_gpm_enabled_flag
    reader_.ue();                                                    // sps_log2_parallel_merge_level_minus2
  }

  void skip_intra() {
    reader_.skip(3);                             // sps_isp, sps_mrl, sps_mip
    if (sequence_.chroma != 0) reader_.skip(1);  // sps_cclm_enabled_flag
    if (sequence_.chroma == 1) reader_.skip(2);  // places of chroma samples
    const bool palette = flag();
    const bool colour_transform = sequence_.chroma == 3 && !large_transforms_ && flag();
    if (transform_skip_ || palette) reader_.ue();
    if (flag()) reader_.ue();  // sps_ibc_enabled_flag
    if (flag()) {              // sps_ladf_enabled_flag
      const std::uint32_t intervals = reader_.bits(2) + 1;
      reader_.se();
      for (std::uint32_t i = 0; i < intervals; ++i) {
        reader_.se();
        reader_.ue();
      }
    }
    const bool scaling_lists = flag();
    if (lfnst_ && scaling_lists) reader_.skip(1);
    if (colour_transform && scaling_lists && flag()) reader_.skip(1);
    reader_.skip(2);  // sps_dep_quant_enabled_flag, sps_sign_data_hiding_enabled_flag
  }

  bool skip_boundaries() {
    constexpr std::uint32_t most_boundaries = 3;
    if (!flag() || !flag()) return true;  // sps_virtual_boundaries_enabled_flag, …_present_flag
    for (int direction = 0; direction < 2; ++direction) {
      const std::uint32_t count = reader_.ue();
      if (count > most_boundaries) return false;
      numbers(static_cast<int>(count));
    }
    return true;
  }

  BitReader& reader_;
  const VvcSequence& sequence_;
  unsigned order_count_bits_ = 0;
  bool large_transforms_ = false;
  bool transform_skip_ = false;
  bool lfnst_ = false;
  bool weighted_ = false;
  bool long_term_ = false;
  bool inter_layer_ = false;
  bool adaptive_vectors_ = false;
};

/// Timing without buffers (7.3.5.1 and 7.3.5.2). False if there are buffers: what follows them is not read.
bool read_timing(BitReader& reader, const VvcSequence& sequence, SequenceInfo& info) {
  const std::uint32_t ticks = reader.bits(32);
  const std::uint32_t scale = reader.bits(32);
  const bool buffers = reader.bits(2) != 0;  // general_nal_hrd_params_present_flag, general_vcl_…
  if (reader.failed()) return false;
  if (ticks != 0) info.frame_rate = static_cast<double>(scale) / ticks;
  if (buffers) return false;
  const std::uint32_t last = sequence.max_sublayers_minus1;
  const bool each = last > 0 && reader.flag();  // sps_sublayer_cpb_params_present_flag
  for (std::uint32_t i = each ? 0 : last; i <= last; ++i) {
    const bool fixed = reader.flag() || reader.flag();  // fixed_pic_rate_general_flag, …_within_cvs_flag
    const double ticks_a_picture = fixed ? static_cast<double>(reader.ue()) + 1 : 1;
    if (i != last || reader.failed() || ticks == 0) continue;
    info.frame_rate = static_cast<double>(scale) / ticks / ticks_a_picture;
    info.fixed_frame_rate = fixed;
  }
  return !reader.failed();
}

/// H.274 7.2 vui_parameters, up to the colour.
void read_parameters(BitReader& reader, SequenceInfo& info) {
  const bool progressive = reader.flag();
  const bool interlaced = reader.flag();
  reader.skip(2);
  if (reader.flag()) {  // vui_aspect_ratio_info_present_flag
    reader.skip(1);
    read_sample_aspect(reader, info);
  }
  if (reader.flag()) reader.skip(1);  // overscan
  Colour colour;
  const bool described = reader.flag();
  bool full_range = false;
  if (described) {
    colour.primaries = static_cast<std::uint8_t>(reader.bits(8));
    colour.transfer = static_cast<std::uint8_t>(reader.bits(8));
    colour.matrix = static_cast<std::uint8_t>(reader.bits(8));
    full_range = reader.flag();
  }
  if (reader.failed()) return;
  info.interlaced = info.interlaced || (interlaced && !progressive);
  if (!described) return;
  info.colour = colour;
  info.full_range = full_range;
}

}  // namespace

void read_vvc_vui(BitReader& reader, const VvcSequence& sequence, SequenceInfo& info) {
  if (!Tools(reader, sequence).skip()) return;
  // sps_timing_hrd_params_present_flag
  if (sequence.timing && reader.flag() && !read_timing(reader, sequence, info)) return;
  const bool fields = reader.flag();
  if (reader.failed()) return;
  info.interlaced = fields;
  if (!reader.flag()) return;  // sps_vui_parameters_present_flag
  reader.ue();                 // sps_vui_payload_size_minus1
  reader.align();
  read_parameters(reader, info);
}

}  // namespace rtmpscope::media
