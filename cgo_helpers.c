// SPDX-License-Identifier: MIT
#include "cgo_helpers.h"
