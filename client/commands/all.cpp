// The list of commands.
#include <array>

#include "client/commands/commands.hpp"

namespace hexad::client {

std::span<const Command* const> all_commands() {
  static constexpr std::array kAll{
      &kRun,           &kCreate,     &kStart,          &kStop,         &kRestart,
      &kKill,          &kRemove,     &kWait,           &kRename,       &kPs,
      &kLogs,          &kExec,       &kAttach,         &kPort,         &kContainerInspect,
      &kInspect,       &kInfo,       &kVersionCommand, &kImages,       &kImageInspect,
      &kImageRemove,   &kLoad,       &kImport,         &kTag,          &kVolumeCreate,
      &kVolumeInspect, &kVolumeList, &kVolumePrune,    &kVolumeRemove, &kNetworkList,
      &kNetworkInspect};
  return kAll;
}

}  // namespace hexad::client
