#include "hotspot/s2_cell.h"

#include <s2/s2cell_id.h>
#include <s2/s2latlng.h>

#include "core/s2.h"

namespace earshot::hotspot {

std::uint64_t s2_cell_of(const Ecef& place) {
  const Geodetic geodetic = to_geodetic(place);
  const S2LatLng point = S2LatLng::FromDegrees(geodetic.latitude_deg, geodetic.longitude_deg);
  return S2CellId(point).parent(kPositionCellLevel).id();
}

}  // namespace earshot::hotspot
