// Every command there is; each is defined in the file of its verb.
#pragma once

#include "client/command.hpp"

namespace hexad::client {

extern const Command kRun, kCreate, kStart, kStop, kRestart, kKill, kRemove, kWait, kRename, kPs,
    kLogs, kExec, kAttach, kPort, kContainerInspect;
extern const Command kInspect, kInfo, kVersionCommand;
extern const Command kImages, kImageInspect, kImageRemove, kLoad, kImport, kTag;
extern const Command kVolumeCreate, kVolumeInspect, kVolumeList, kVolumePrune, kVolumeRemove;
extern const Command kNetworkList, kNetworkInspect;

}  // namespace hexad::client
