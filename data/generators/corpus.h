/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of corpus.txt, UTF-8, built in by embed.py. */
#pragma once

#include <stddef.h>

extern const unsigned char cjd_corpus[];
extern const size_t cjd_corpus_size;
