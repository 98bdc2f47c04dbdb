#include <catch2/catch.hpp>

#include <chrono>

#include "api/json/container.hpp"
#include "api/json/exec.hpp"
#include "api/json/image.hpp"
#include "api/json/value.hpp"
#include "api/json/volume.hpp"

using namespace hexad;
using namespace hexad::api;

TEST_CASE("a request of the docker command line is understood") {
  const auto request =
      decode_create(R"({"Hostname":"","User":"","AttachStdin":false,"AttachStdout":true,
    "Tty":false,"Env":null,"Cmd":["true"],"Image":"bb:1","Volumes":{},"Entrypoint":null,"OnBuild":null,"Labels":{},
    "HostConfig":{"Binds":null,"LogConfig":{"Type":"","Config":{}},"NetworkMode":"default",
      "PortBindings":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"0"}]},
      "RestartPolicy":{"Name":"no","MaximumRetryCount":0},"AutoRemove":true,"ConsoleSize":[24,80],"Dns":[],
      "Memory":67108864,"MaskedPaths":null},
    "NetworkingConfig":{"EndpointsConfig":{"default":{"MacAddress":"","GwPriority":0}}}})");
  REQUIRE(request);
  CHECK(request->config.attach_stdout);
  CHECK(*request->config.cmd == std::vector<std::string>{"true"});
  CHECK_FALSE(request->config.entrypoint);
  CHECK(request->config.image == "bb:1");
  const auto& host = request->host_config;
  CHECK(host.auto_remove);
  CHECK(host.memory == 67108864);
  CHECK_FALSE(host.masked_paths);
  CHECK((host.console_size->at(0) == 24 && host.console_size->at(1) == 80));
  CHECK(host.port_bindings.at("80/tcp").at(0) == PortBinding{"127.0.0.1", "0"});
  CHECK((host.dns.empty() && host.dns.present));
  CHECK((host.binds.empty() && !host.binds.present));
  CHECK(request->networking_config.endpoints_config.contains("default"));
}

TEST_CASE(
    "other clients' habits: keys in any case, ports without protocol, unknown keys, text "
    "commands") {
  const auto request =
      decode_create(R"({"image":"x","CMD":"sh","entrypoint":["a","b"],"name":"y","x":{"y":[1]},
    "ExposedPorts":{"8080":{},"53/UDP":{}},"HostConfig":{"PortBindings":{"8080":[{"HostPort":"0"}],"9":null}}})");
  REQUIRE(request);
  CHECK(request->config.image == "x");
  CHECK(*request->config.cmd == std::vector<std::string>{"sh"});
  CHECK(request->config.entrypoint->size() == 2);
  CHECK(request->config.exposed_ports == StringSet{"53/udp", "8080/tcp"});
  CHECK(request->host_config.port_bindings.at("8080/tcp").size() == 1);
  CHECK(request->host_config.port_bindings.at("9/tcp").empty());
}

TEST_CASE("an empty entrypoint is not an absent one") {
  const auto request = decode_create(R"({"Image":"x","Entrypoint":[],"Cmd":[]})");
  REQUIRE(request->config.entrypoint);
  CHECK(request->config.entrypoint->empty());
  const auto stored = decode_config(encode_config(request->config));
  CHECK(stored->entrypoint.has_value());
  CHECK(stored->cmd.has_value());
  CHECK_FALSE(decode_config(encode_config(ContainerConfig{}))->entrypoint.has_value());
}

TEST_CASE("wrong types are 400 and name the key") {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"Image":5})", "Image"},
      {R"({"Env":"A=b"})", "Env"},
      {R"({"Env":[1]})", "Env"},
      {R"({"Tty":"yes"})", "Tty"},
      {R"({"Labels":["a"]})", "Labels"},
      {R"({"Labels":{"a":1}})", "Labels"},
      {R"({"Cmd":{}})", "Cmd"},
      {R"({"ExposedPorts":["80"]})", "ExposedPorts"},
      {R"({"Volumes":{"/x":"y"}})", "Volumes"},
      {R"({"HostConfig":[]})", "HostConfig"},
      {R"({"HostConfig":{"Memory":"64m"}})", "HostConfig.Memory"},
      {R"({"HostConfig":{"NanoCpus":0.5}})", "HostConfig.NanoCpus"},
      {R"({"HostConfig":{"PortBindings":{"80/tcp":{}}}})", "HostConfig.PortBindings"},
      {R"({"HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":8080}]}}})", "HostPort"},
      {R"({"HostConfig":{"RestartPolicy":"always"}})", "HostConfig.RestartPolicy"},
      {R"({"HostConfig":{"Ulimits":[{"Name":"x","Soft":"1"}]}})", "HostConfig.Ulimits.Soft"},
      {R"({"HostConfig":{"Mounts":[5]}})", "HostConfig.Mounts"},
      {R"({"HostConfig":{"ConsoleSize":[-1,2]}})", "ConsoleSize"},
      {R"({"HostConfig":{"BlkioWeight":70000}})", "BlkioWeight"},
      {R"({"NetworkingConfig":{"EndpointsConfig":{"a":5}}})", "EndpointsConfig"},
      {R"([])", ""},
      {R"("x")", ""},
  };
  for (const auto& [text, key] : cases) {
    const auto request = decode_create(text);
    INFO(text);
    REQUIRE_FALSE(request);
    CHECK(request.error().code == Code::invalid_argument);
    CHECK(request.error().message.find(key) != std::string::npos);
  }
}

TEST_CASE("no configuration at all is 400") {
  CHECK(decode_create("null").error().message ==
        "config cannot be empty in order to create a container");
  CHECK(decode_create("").error().code == Code::invalid_argument);
  CHECK(decode_create("{}"));
}

namespace {

HostConfig full_host_config() {
  HostConfig h;
  h.binds = std::vector<std::string>{"/a:/b:ro"};
  h.container_id_file = "/x";
  h.log_config = {"json-file", std::map<std::string, std::string>{{"max-size", "1m"}}};
  h.network_mode = "bridge";
  h.port_bindings["80/tcp"] = {{"", "8000-8010"}, {"::1", ""}};
  h.port_bindings["81/udp"] = {};
  h.restart_policy = {"on-failure", 3};
  h.auto_remove = h.privileged = h.publish_all_ports = h.readonly_rootfs = true;
  h.volumes_from = std::vector<std::string>{"c"};
  h.console_size = {{24, 80}};
  h.annotations["k"] = "v";
  Mount m;
  m.type = "volume";
  m.source = "v";
  m.target = "/t";
  m.read_only = true;
  m.consistency = "cached";
  m.bind_options = BindOptions{"rslave", true, true, true, true};
  m.volume_options = VolumeOptions{};
  m.volume_options->no_copy = true;
  m.volume_options->labels["a"] = "b";
  m.volume_options->subpath = "s";
  m.volume_options->driver_config =
      VolumeDriverConfig{"local", std::map<std::string, std::string>{{"o", "x"}}};
  m.image_options = ImageOptions{"p"};
  m.tmpfs_options = TmpfsOptions{};
  m.tmpfs_options->size_bytes = 5;
  m.tmpfs_options->mode = 0755;
  m.tmpfs_options->options.push_back({"noexec"});
  h.mounts.push_back(m);
  h.cap_add = std::vector<std::string>{"NET_ADMIN"};
  h.cap_drop = std::vector<std::string>{};
  h.masked_paths = std::vector<std::string>{};
  h.readonly_paths = std::vector<std::string>{"/proc/sys"};
  h.init = false;
  h.storage_opt["size"] = "1g";
  h.tmpfs["/run"] = "size=1m";
  h.sysctls["a.b"] = "1";
  h.shm_size = 1 << 20;
  h.memory = INT64_MAX;
  h.memory_swap = -1;
  h.memory_swappiness = 0;
  h.oom_kill_disable = true;
  h.pids_limit = -1;
  h.blkio_weight = 500;
  h.blkio_weight_device.push_back({"/dev/sda", 10});
  h.blkio_device_read_bps.push_back({"/dev/sda", UINT64_MAX});
  h.devices.push_back({"/dev/null", "/dev/x", "rwm"});
  h.device_cgroup_rules = std::vector<std::string>{"c 1:3 r"};
  DeviceRequest request;
  request.driver = "d";
  request.count = -1;
  request.capabilities.push_back({"gpu", "nvidia"});
  h.device_requests.push_back(request);
  h.ulimits.push_back({"nofile", 10, 20});
  h.oom_score_adj = -500;
  return h;
}

}  // namespace

TEST_CASE("the stored configuration loses nothing") {
  const auto host = full_host_config();
  const auto text = encode_host_config(host);
  const auto again = decode_host_config(text);
  REQUIRE(again);
  CHECK(encode_host_config(*again) == text);
  CHECK(again->memory == INT64_MAX);
  CHECK(again->blkio_device_read_bps.at(0).rate == UINT64_MAX);
  CHECK((again->masked_paths.has_value() && again->masked_paths->empty()));
  CHECK((again->cap_drop.present && again->cap_drop.empty()));
  CHECK_FALSE(again->dns.present);
  CHECK(again->init == false);
  CHECK(again->mounts.at(0).tmpfs_options->mode == 0755);
  CHECK(again->mounts.at(0).volume_options->driver_config->options.at("o") == "x");
  CHECK(again->device_requests.at(0).capabilities.at(0).at(1) == "nvidia");

  ContainerConfig config;
  config.labels["com.docker.compose.config-hash"] = std::string("\0\x1f\"\\/ü\xE2\x80\xA8", 10);
  config.labels[""] = "";
  config.env = std::vector<std::string>{"A=b=c", "EMPTY=", "NOVALUE", "NL=a\nb"};
  config.exposed_ports = StringSet{"80/tcp"};
  config.stop_timeout = 0;
  config.healthcheck = Healthcheck{};
  config.healthcheck->test = std::vector<std::string>{"NONE"};
  config.shell = std::vector<std::string>{"/bin/sh"};
  const auto stored = decode_config(encode_config(config));
  REQUIRE(stored);
  CHECK(stored->labels == config.labels);
  CHECK(stored->env == config.env);
  CHECK(stored->stop_timeout == 0);
  CHECK(stored->healthcheck == config.healthcheck);
  CHECK(encode_config(*stored) == encode_config(config));
}

TEST_CASE("a client's request reads back the same") {
  CreateRequest request;
  request.config.image = "x";
  request.config.cmd = std::vector<std::string>{"a", "b"};
  request.host_config = full_host_config();
  request.networking_config.endpoints_config["n"].aliases = std::vector<std::string>{"al"};
  request.networking_config.endpoints_config["n"].ipam_config = EndpointIpam{"10.0.0.2", "", {}};
  const auto text = encode(request);
  const auto again = decode_create(text);
  REQUIRE(again);
  CHECK(encode(*again) == text);
  CHECK(encode_networking_config(*decode_networking_config(encode_networking_config(
            request.networking_config))) == encode_networking_config(request.networking_config));
}

TEST_CASE("small answers") {
  CHECK(encode(CreateResponse{"ab", {}}) == R"({"Id":"ab","Warnings":[]})");
  CHECK(decode_create_response(R"({"Id":"ab","Warnings":null})")->id == "ab");
  CHECK(encode(WaitResponse{137, {}}) == R"({"Error":null,"StatusCode":137})");
  CHECK(encode(WaitResponse{1, "x"}) == R"({"Error":{"Message":"x"},"StatusCode":1})");
  CHECK(decode_wait_response(R"({"StatusCode":3})")->status_code == 3);
  CHECK(*decode_wait_response(R"({"Error":{"Message":"e"},"StatusCode":3})")->error == "e");
  CHECK(encode_id("x") == R"({"Id":"x"})");
  CHECK(*decode_id(R"({"Id":"x"})") == "x");
  CHECK(encode(VolumePrune{}) == R"({"VolumesDeleted":[],"SpaceReclaimed":0})");
  CHECK(encode(std::vector<ImageDeleteItem>{{"a:1", ""}, {"", "sha256:x"}}) ==
        R"([{"Untagged":"a:1"},{"Deleted":"sha256:x"}])");
}

TEST_CASE("exec requests") {
  const auto exec = decode_exec_create(
      R"({"User":"u","Privileged":true,"Tty":true,"ConsoleSize":[10,20],"AttachStdin":true,"Env":["A=b"],"Cmd":["sh"]})");
  REQUIRE(exec);
  CHECK((exec->privileged && exec->tty && exec->attach_stdin));
  CHECK(exec->console_size == std::pair<std::uint32_t, std::uint32_t>{10, 20});
  CHECK(encode(*decode_exec_create(encode(*exec))) == encode(*exec));
  CHECK(decode_exec_start("{}")->detach == false);
  CHECK(decode_exec_start(R"({"Detach":true,"ConsoleSize":null})")->detach);
  CHECK_FALSE(decode_exec_start(R"({"ConsoleSize":[1]})"));
  CHECK_FALSE(decode_exec_create(R"({"Cmd":"sh"})"));
}

TEST_CASE("a thousand containers are written quickly") {
  ContainerSummary one;
  one.id = std::string(64, 'a');
  one.names = {"/some_name"};
  one.labels = std::map<std::string, std::string>{{"a", "b"}, {"c", "d"}};
  one.networks["bridge"].ip_address = "172.17.0.2";
  one.ports = {{"0.0.0.0", 80, 8080, "tcp"}};
  const std::vector<ContainerSummary> list(1000, one);
  const auto start = std::chrono::steady_clock::now();
  const auto text = encode(list);
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK(decode_container_list(text)->size() == 1000);
  CHECK(took < std::chrono::milliseconds(500));  // some 10 ms without optimisation
}

TEST_CASE("a time that does not fit is cut") {
  const auto list = decode_container_list(
      R"([{"Created":9223372036854775807},{"Created":-9223372036854775808}])");
  REQUIRE(list);
  CHECK(list->at(0).created > 0);
  CHECK(list->at(1).created < 0);
  CHECK(encode(*decode_container_list(encode(*list))) == encode(*list));
}
