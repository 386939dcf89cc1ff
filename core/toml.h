// The one way to include toml++. Few .cpp files should: it is slow to compile. Its exceptions
// (toml::parse_error) are caught in the file that calls it.
//
// toml++ 3.3 asserts on some malformed text ("[[[") instead of reporting it (marzer/tomlplusplus
// pull request 301). The lines after the assertion do report it, so the library's assertions are
// off, in every file alike: its functions are inline and the linker keeps one of each.
#pragma once
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>
