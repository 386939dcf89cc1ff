# What CPack writes into the packages' control files.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME earshot)
set(CPACK_PACKAGE_VENDOR Earshot)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL hotspot verifier tools)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SOURCE earshot)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${EARSHOT_MAINTAINER})
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # Libraries and their versions, from what the programs are linked with.
if(CMAKE_CROSSCOMPILING)  # scripts/package tells dpkg-shlibdeps the same.
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_SYSROOT}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
endif()
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# described(<component> <section> <one line> <paragraph>)
function(described component section summary text)
  string(TOUPPER ${component} name)
  set(CPACK_DEBIAN_${name}_PACKAGE_NAME earshot-${component} PARENT_SCOPE)
  set(CPACK_DEBIAN_${name}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_DEBIAN_${name}_PACKAGE_SOURCE earshot PARENT_SCOPE)
  set(CPACK_DEBIAN_${name}_DESCRIPTION "${summary}\n${text}" PARENT_SCOPE)
  set(scripts)
  foreach(script postinst prerm postrm conffiles)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${component}/${script})
      list(APPEND scripts ${CMAKE_CURRENT_SOURCE_DIR}/${component}/${script})
    endif()
  endforeach()
  set(CPACK_DEBIAN_${name}_PACKAGE_CONTROL_EXTRA "${scripts}" PARENT_SCOPE)
endfunction()
described(hotspot hamradio "hotspot that proves LoRa coverage with an SDR"
"Listens with any receiver that SoapySDR knows, decodes beacons, signs what it
measures and keeps the samples that prove it; sends beacons of its own with a
transmitter. Comes with a service, a commented configuration and udev rules.
Purging it deletes the hotspot's key: make a backup first.")
described(verifier net "verifier of radio coverage: takes reports, judges, publishes"
"Takes signed messages from hotspots over HTTP, draws the challenge's entropy,
audits evidence, judges each epoch by a policy and publishes all that anybody
needs to judge it again. Comes with a service, a commented configuration and
the policies. Purging it deletes the store and the verifier's key.")
described(tools hamradio "radio coverage proofs: recordings, simulation, audits, chain"
"The command line tool: looks into recordings and decodes LoRa frames, simulates
coverage, recomputes what a verifier published, talks to the rewards contract,
which a service can do for every epoch. Purging it deletes that service's key.
With a SoapySDR module for trying radio programs without a radio: a virtual air
that processes share, and playback of recordings.")

# The time must be right for verdicts; other drivers are for who has the device.
set(CPACK_DEBIAN_HOTSPOT_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_HOTSPOT_PACKAGE_RECOMMENDS
    "soapysdr0.8-module-rtlsdr | soapysdr0.8-module, systemd-timesyncd | time-daemon")
set(CPACK_DEBIAN_HOTSPOT_PACKAGE_SUGGESTS "soapysdr0.8-module-hackrf, soapysdr0.8-module-airspy, soapysdr0.8-module-lms7, \
soapysdr0.8-module-bladerf, soapysdr0.8-module-uhd, earshot-tools")
set(CPACK_DEBIAN_VERIFIER_PACKAGE_RECOMMENDS "systemd-timesyncd | time-daemon")
set(CPACK_DEBIAN_VERIFIER_PACKAGE_SUGGESTS "earshot-tools")
set(CPACK_DEBIAN_TOOLS_PACKAGE_SUGGESTS "soapysdr-tools")

include(CPack)
