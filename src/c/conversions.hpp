/// \file
/// The structures of mho/mho_types.h as those of mho. Each returns nothing, or error::unsupported, where a
/// number is none of its enumeration or a reserved member is not 0.
#pragma once

#include <mho/mho.h>

#include <optional>

#include <mho/constellation.hpp>
#include <mho/detector.hpp>
#include <mho/view.hpp>

namespace mho::c {

std::optional<demapper> demapper_of(mho_demapper rule) noexcept;
std::optional<form> form_of(mho_form is) noexcept;

/// A view; its strides and element type are checked where it is used.
bool convert(const mho_view& from, view& to) noexcept;
bool convert(const mho_noise& from, noise& to) noexcept;
bool convert(const mho_channel_batch& from, channel_batch& to) noexcept;
/// All but the constellations.
bool convert(const mho_received_batch& from, received_batch& to) noexcept;
bool convert(const mho_output& from, output& to) noexcept;
bool convert(const mho_shape& from, shape& to) noexcept;
/// NULL is the whole batch on slot 0.
bool convert(const mho_call* from, call& to) noexcept;

}  // namespace mho::c
