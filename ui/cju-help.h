/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help: a page about every layer, view, optimizer, schedule, source of data and augmentation, made from
 * their descriptors, and a guide. F1 opens the page of what has the focus. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What F1 on this widget, or on anything inside it, is about: "layer/conv-2d", "view/curves",
 * "guide/training". Copies the topic. */
void cju_help_set_topic (GtkWidget *widget, const char *topic);

/* The topic of the widget or of the nearest around it that has one; NULL: none. Borrowed. */
const char *cju_help_find_topic (GtkWidget *widget);

/* Shows the page in the one help window of the application; an unknown or empty topic shows the first
 * page. */
void cju_help_present (GtkApplication *application, const char *topic);

G_END_DECLS
