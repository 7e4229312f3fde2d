// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_CI_MATRIX_H_
#define TOOLS_CI_MATRIX_H_

#include <string>

#include "preflight_plan.h"

/// Pipelines that spread a plan's checks over runners. Each job calls this project's own targets,
/// so that a developer has the same locally. What distributes compilers is KERNEL_LAUNCHER's part.
namespace ci_matrix {

/// A pipeline of GitLab CI, which can also be a child pipeline: a job for each check.
std::string ForGitLab(const preflight::Plan& plan);

/// A workflow of GitHub Actions: for each tier a job with a matrix of its checks.
std::string ForGitHub(const preflight::Plan& plan);

}  // namespace ci_matrix

#endif  // TOOLS_CI_MATRIX_H_
