"""The one index of pinyin, codes and text behind Ctrl+K and every picker."""
