#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a desktop is told about Cajal; speaks TAP. test-desktop.sh BUILD-FOLDER SOURCE-FOLDER CLI
set -u
build=$(realpath "$1")
source=$(realpath "$2")
cli=$(realpath "$3")
id=org.cajal.Cajal
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
number=0

# check NAME TOOL COMMAND…: skipped, with a message, where the tool is missing.
check ()
{
  local name=$1 tool=$2 status=0
  shift 2
  number=$((number + 1))
  if ! command -v "$tool" >/dev/null; then
    echo "ok $number $name # SKIP $tool is not installed"
    return
  fi
  "$@" >"$folder/log" 2>&1 || status=$?
  sed 's/^/# /' "$folder/log"
  case $status in
    0) echo "ok $number $name" ;;
    77) echo "ok $number $name # SKIP $(head -n 1 "$folder/log")" ;;
    *) echo "not ok $number $name" ;;
  esac
}

entry () { desktop-file-validate "$build/desktop/$id.desktop"; }

metainfo () { appstreamcli validate --no-net "$build/desktop/$id.metainfo.xml"; }

schema () { glib-compile-schemas --strict --dry-run "$source/desktop"; }

documents ()
{
  xmllint --noout "$build/desktop/$id.xml" "$build/desktop/$id.metainfo.xml" \
    "$source/desktop/$id.gschema.xml" "$source"/desktop/icons/*.svg
}

# A project is known by its first bytes, whatever its name.
file_type ()
{
  mkdir -p "$folder/mime/packages" "$folder/config" || return 1
  cp "$build/desktop/$id.xml" "$folder/mime/packages/" || return 1
  XDG_DATA_HOME=$folder update-mime-database "$folder/mime" || return 1
  "$cli" new playground -o "$folder/unnamed" || return 1
  XDG_DATA_HOME=$folder gio info -a standard::content-type "$folder/unnamed" |
    grep -q 'application/vnd.cajal.project+zip'
}

# The same id in every file, and the pictures of the software centres are there.
names ()
{
  local file picture
  for file in desktop gschema.xml metainfo.xml.in mime.xml.in service.in; do
    [ -f "$source/desktop/$id.$file" ] || [ -f "$source/desktop/$id.$file.in" ] || {
      echo "there is no $id.$file"
      return 1
    }
  done
  grep -q "<id>$id</id>" "$source/desktop/$id.metainfo.xml.in" &&
    grep -q "^Icon=$id$" "$source/desktop/$id.desktop.in" &&
    grep -q "id=\"$id\"" "$source/desktop/$id.gschema.xml" &&
    grep -q "^Name=$id$" "$source/desktop/$id.service.in" &&
    grep -q "\"$id\"" "$source/app/desktop/cja-application.c" || return 1
  for picture in $(grep -o 'pictures/[a-z-]*\.png' "$source/desktop/$id.metainfo.xml.in"); do
    [ -f "$source/help/$picture" ] || {
      echo "help/$picture is named in the metainfo and missing"
      return 1
    }
  done
}

manifest () { python3 "$source/tests/desktop/check-manifest.py" "$source/flatpak/$id.yml" "$source"; }

staged ()
{
  local file
  DESTDIR=$folder/stage meson install -C "$build" --no-rebuild --quiet || return 1
  for file in bin/cajal bin/cajal-cli share/applications/$id.desktop share/metainfo/$id.metainfo.xml \
    share/mime/packages/$id.xml share/glib-2.0/schemas/$id.gschema.xml \
    share/dbus-1/services/$id.service share/icons/hicolor/scalable/apps/$id.svg \
    share/icons/hicolor/symbolic/apps/$id-symbolic.svg \
    share/icons/hicolor/scalable/mimetypes/application-vnd.cajal.project+zip.svg \
    share/locale/es/LC_MESSAGES/cajal.mo; do
    [ -n "$(find "$folder/stage" -path "*/$file")" ] || {
      echo "$file is not installed"
      return 1
    }
  done
}

echo 1..8
check desktop-entry desktop-file-validate entry
check metainfo appstreamcli metainfo
check settings-schema glib-compile-schemas schema
check well-formed xmllint documents
check file-type update-mime-database file_type
check names grep names
check flatpak-manifest python3 manifest
check install meson staged
