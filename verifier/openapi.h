// The API's description, openapi.json, as it was when this program was built.
#pragma once
#include <string_view>

namespace earshot::verifier {

std::string_view openapi_json();

}  // namespace earshot::verifier
