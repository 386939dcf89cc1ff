// A name that people can say, from a hotspot's key: "quiet-copper-heron". For logs and maps; two
// hotspots may share one (18 bits), so nothing is looked up by it.
#pragma once
#include <string>

#include "core/identity.h"

namespace earshot::hotspot {

// The first three bytes of SHA-256("earshot/v1/name" || key), six low bits each.
std::string name_of(const PublicKey& key);

}  // namespace earshot::hotspot
