// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_PREFLIGHT_INPUTS_H_
#define TOOLS_PREFLIGHT_INPUTS_H_

#include <map>
#include <string>
#include <vector>

#include "result.h"

namespace preflight {

/// Each input by its name, and the hash of its contents as of now.
using Inputs = std::map<std::string, std::string>;

/// What the answer of a check depends on:
///   PATH           a file, or all files of a folder and of those below it; its last part may be a
///                  glob, unless there is a file of that very name. What is not there is an input
///                  too: it may come.
///   program:NAME   what NAME --version prints, or else its contents, or that it is not there
///   text:NAME=ANY  itself: an option of the build folder
/// Contents count, and never time stamps.
gate::Result<Inputs> HashInputs(const std::vector<std::string>& inputs);

/// Which of `now` are others than in `then`, for a reader; empty where all are the same.
std::string Differences(const Inputs& then, const Inputs& now);

}  // namespace preflight

#endif  // TOOLS_PREFLIGHT_INPUTS_H_
