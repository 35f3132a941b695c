# Written by packaging/manifests.py.
class Tlswalk < Formula
  desc "@DESCRIPTION@"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@DOWNLOADS@/@AARCH64_MACOS_ARCHIVE@"
      sha256 "@AARCH64_MACOS_SHA256@"
    end
    on_intel do
      url "@DOWNLOADS@/@X86_64_MACOS_ARCHIVE@"
      sha256 "@X86_64_MACOS_SHA256@"
    end
  end
  on_linux do
    on_arm do
      url "@DOWNLOADS@/@AARCH64_LINUX_ARCHIVE@"
      sha256 "@AARCH64_LINUX_SHA256@"
    end
    on_intel do
      url "@DOWNLOADS@/@X86_64_LINUX_ARCHIVE@"
      sha256 "@X86_64_LINUX_SHA256@"
    end
  end

  def install
    bin.install "tlswalk"
    man1.install "man/tlswalk.1"
    bash_completion.install "completions/tlswalk.bash" => "tlswalk"
    zsh_completion.install "completions/_tlswalk"
    fish_completion.install "completions/tlswalk.fish"
    pkgshare.install "sample.pcap", "wireshark"
    doc.install "README.md", "CHANGELOG.md", "LICENCES.txt", "sbom.cdx.json"
  end

  test do
    # The sample fails, and says why: exit code 0 is that of the expectation met.
    system bin/"tlswalk", "-q", "--expect", "client-certificate-rejected", pkgshare/"sample.pcap"
  end
end
