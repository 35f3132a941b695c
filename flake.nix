{
  description = "Opens a packet capture and says why a TLS connection failed";

  inputs.nixpkgs.url = "nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      each = f: nixpkgs.lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      about = (builtins.fromTOML (builtins.readFile ./Cargo.toml)).package;
    in {
      packages = each (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = about.name;
          version = about.version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          # The tests want tshark, chromium and room; they run where the source is changed.
          doCheck = false;
          postInstall = ''
            $out/bin/tlswalk man > tlswalk.1
            installManPage tlswalk.1
            for shell in bash fish zsh; do
              $out/bin/tlswalk completions $shell > tlswalk.$shell
              installShellCompletion --cmd tlswalk --$shell tlswalk.$shell
            done
          '';
          meta = {
            inherit (about) description homepage;
            license = with pkgs.lib.licenses; [ mit asl20 ];
            mainProgram = "tlswalk";
          };
        };
      });
    };
}
