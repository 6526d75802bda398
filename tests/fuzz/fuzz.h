/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzz targets share. A target is one file with LLVMFuzzerTestOneInput, one line in
 * tests/meson.build and a folder of small inputs under seeds/. With -Dfuzz=true (clang) libFuzzer drives
 * it; else driver.c does, over the seeds and a fixed number of mutations of them. */
#pragma once

#include "cjd-reader.h"

#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* One input through one parser; 0. Aborts where the parser breaks its word. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Warnings of libraries count as crashes from here on. */
int LLVMFuzzerInitialize (int *argc, char ***argv);

/* Writes a file into a folder of this process that is removed at its end; the path. You free. */
char *fuzz_write (const char *name, const uint8_t *data, size_t size);

/* Aborts unless there is a result, or an error with a sentence, and not both. */
void fuzz_check (gboolean done, const GError *error);

/* The whole way of a data set through a reader: load, split, and a batch for training. */
void fuzz_reader (const CjdReaderInfo *reader, const char *path);

G_END_DECLS
